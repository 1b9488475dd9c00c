"""What a developer runs now and then; nothing of it ships or runs with the program."""
