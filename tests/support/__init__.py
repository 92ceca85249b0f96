"""What the tests share: a real server, and a stranger's job kinds."""
