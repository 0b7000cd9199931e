"""What helps to test state machines: `asl.testing.mock_config` answers tasks from a MockConfigFile.json."""
