00:00  state  floor=1
01:00  maintenance  phase=in work=half_month
02:00  state  floor=1
03:00  state  floor=1
10:00  maintenance  phase=out work=half_month
60:00  maintenance  phase=in work=repair
61:00  state  car_door=open doors_closed=false
80:00  maintenance  phase=out work=repair
81:00  emergency_call  id=a phase=test_failed
