"""What is read off a replication that has ended.

`weeks` reads the weekly table. `measures` are all output measures of a replication, `outcome` what becomes of its
programme, `money` those that discount, `staffing_need` how many people support would have needed.
"""
