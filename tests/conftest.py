"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("aslkit", deadline=None)  # timings never decide a test
settings.load_profile("aslkit")
