00:00  state  car_door=closed
00:10  online  status=offline clock_ok=false
02:00  state  car_door=closed
13:00  state  car_door=closed
13:30  online  status=offline clock_ok=false
13:40  online  status=offline clock_ok=false
17:00  state  car_door=closed
