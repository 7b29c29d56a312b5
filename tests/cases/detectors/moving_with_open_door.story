00:00    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=1 position_m=5
00:00.5  state  doors_closed=false car_door=open position_m=5.5
00:01    state  position_m=6.0
00:01.5  state  position_m=6.5
