00:10  emergency_call  id=a phase=raised
01:00  emergency_call  id=a phase=voice
02:00  emergency_call  id=b phase=raised
