"""Things are killed and cut, and then there is a look at what is left."""
