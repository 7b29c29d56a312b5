00:00  state   car=moving speed_mps=1.0 occupied=null run_command=true brake=lifted
00:10  state   car=stopped speed_mps=0 in_door_zone=false run_command=false brake=applied
01:10  state   car_c=21
04:10  state   car_c=22
20:00  state   in_door_zone=true car_door=open doors_closed=false
