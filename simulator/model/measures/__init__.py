"""What is read off a replication that has ended.

`measures` are all output measures of a replication, `money` those that discount, `staffing_need` how many people
support would have needed.
"""
