00:00    state  car_door=open doors_closed=false
00:10    state  car=moving speed_mps=0.1 position_m=0.02
00:10.5  state  speed_mps=0.15 position_m=0.08
00:11    state  speed_mps=0.2 position_m=0.17
00:11.5  state  speed_mps=0.25 position_m=0.28
