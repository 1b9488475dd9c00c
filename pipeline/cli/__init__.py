"""The command line: options in, one document out, an exit code.

`main` has the group and turns every ending into a clean line and an exit code; each
command has a module. Clock, paths and durable steps are made here and handed down. What
is heavy is imported inside the commands, after the lock is taken.
"""
