"""Partners over the wire: files out and answers in, through a folder or an SFTP server of theirs.

It must not send a file twice, show one half written, or lose one; it never makes or reads a claim.
"""
