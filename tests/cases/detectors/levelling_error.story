00:00  ride  to_floor=3 level_error_mm=4
05:00  ride  to_floor=3 level_error_mm=24
10:00  ride  to_floor=3 level_error_mm=-3
15:00  ride  to_floor=3 level_error_mm=26
20:00  ride  to_floor=3 level_error_mm=22
25:00  ride  to_floor=3 level_error_mm=41
