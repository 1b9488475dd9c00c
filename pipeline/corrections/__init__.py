"""From a claim that was rejected or denied to the one that is sent in its place.

`fields` names and sets fields of the record, `given` reads what a person sets, `fixes` proposes
what the causes ask for, `kinds` says which claim it becomes, `difference` shows old and new,
`plan` puts it together, `run` previews or sends it. Claims are built, judged and sent by
`pipeline.outbound` alone: a correction is a changed record and a few options.
"""
