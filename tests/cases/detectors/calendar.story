00:00  register  next_inspection_on=2026-04-02 installed_on=2015-05-06 assessed_on=2023-03-20
00:10  emergency_call  id=a phase=test_ok
30:00  maintenance  phase=in work=half_month
60:00  maintenance  phase=out work=half_month
4330:00  state  floor=2
21670:00  state  floor=3
28861:00  state  floor=4
28862:00  maintenance  phase=out work=quarter
50000:00  register  next_inspection_on=2027-04-02 assessed_on=2026-04-01
