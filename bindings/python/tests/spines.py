"""A small table of structures, of which examples and tests speak."""

SPINES = """\
subject,branch,structure,session_1,session_2,session_3,session_4,session_5
ada,b1,s01,1,1,0,1,1
ada,b1,s02,1,1,0,0,0
ada,b2,s03,0,0,1,0,0
ada,b2,s04,0,1,1,1,1
bob,b1,s01,1,1,1,1,1
bob,b1,s02,1,1,1,NA,1
bob,b1,s03,0,0,1,1,1
"""
