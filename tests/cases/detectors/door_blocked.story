00:00  state  car_door=open doors_closed=false
02:00  door   opened_at=00:00 dwell_s=120 result=held
06:00  state  car_door=open
07:00  state  car_door=closed doors_closed=true
