00:00  state  position_known=true
01:00  state  position_known=false
01:20  state  position_known=false
02:00  state  position_known=true
02:20  state  position_known=true
