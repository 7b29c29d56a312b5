00:00  state  run_command=true brake=lifted in_door_zone=false
00:40  state  run_command=true
01:00  state  run_command=true
02:00  state  run_command=false brake=applied
03:00  ride   started_at=02:30 from_floor=1 to_floor=2
