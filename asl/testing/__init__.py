"""What helps to test state machines: `asl.testing.mocks` answers tasks from a MockConfigFile.json."""
