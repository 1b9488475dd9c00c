"""The job: command line, night, ledger, durable steps, answers, denials, worklist.

Layers, outer to inner: cli, night, report and worklist, outbound and inbound and denials,
life, ledger, durable. An inner layer never imports an outer one.
"""
