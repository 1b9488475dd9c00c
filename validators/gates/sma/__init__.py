"""The clinical gate of the gene therapy for spinal muscular atrophy, by subject.

Days are counted on the day of the infusion, planned or done; where that is not known,
rules about days say nothing.
"""
