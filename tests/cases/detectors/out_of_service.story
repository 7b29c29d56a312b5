00:00  register only_lift_of_unit=true
00:01  state    service_mode=out_of_service
05:00  state    service_mode=out_of_service
10:30  state    service_mode=out_of_service
30:00  state    service_mode=normal
32:00  state    service_mode=normal
