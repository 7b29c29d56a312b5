00:00    register  rated_speed_mps=1.75
00:01    state  car=moving run_command=true brake=lifted in_door_zone=false speed_mps=1.7 position_m=1
00:01.5  state  speed_mps=2.05 position_m=1.94
00:02    state  speed_mps=2.2 position_m=3.0
00:02.5  state  speed_mps=2.3 position_m=4.1
