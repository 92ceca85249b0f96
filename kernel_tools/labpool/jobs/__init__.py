"""The job kinds that come with Labpool, one folder each."""
