00:00  health  battery_pct=80
05:00  health  battery_pct=18
10:00  health  battery_pct=17
20:00  health  battery_pct=16
36:00  health  battery_pct=15
37:00  emergency_call  id=a phase=test_ok battery_ok=false
40:00  health  battery_pct=60
58:00  emergency_call  id=b phase=test_ok battery_ok=true
75:00  health  battery_pct=90
