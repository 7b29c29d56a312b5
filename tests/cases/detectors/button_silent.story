480:00  press  panel=car floor=2
487:00  press  panel=landing floor=2 direction=down
500:00  press  panel=car floor=3
510:00  press  panel=landing floor=3 direction=down
680:00  press  panel=car floor=2
687:00  press  panel=landing floor=2 direction=down
700:00  press  panel=car floor=3
710:00  press  panel=landing floor=3 direction=down
880:00  press  panel=car floor=2
887:00  press  panel=landing floor=2 direction=down
900:00  press  panel=car floor=3
910:00  press  panel=landing floor=3 direction=down
1920:00  press  panel=car floor=2
1927:00  press  panel=landing floor=2 direction=down
1940:00  press  panel=car floor=3
1950:00  press  panel=landing floor=3 direction=down
2120:00  press  panel=car floor=2
2127:00  press  panel=landing floor=2 direction=down
2140:00  press  panel=car floor=3
2150:00  press  panel=landing floor=3 direction=down
2320:00  press  panel=car floor=2
2327:00  press  panel=landing floor=2 direction=down
2340:00  press  panel=car floor=3
2350:00  press  panel=landing floor=3 direction=down
3360:00  press  panel=car floor=2
3367:00  press  panel=landing floor=2 direction=down
3380:00  press  panel=car floor=3
3390:00  press  panel=landing floor=3 direction=down
3560:00  press  panel=car floor=2
3567:00  press  panel=landing floor=2 direction=down
3580:00  press  panel=car floor=3
3590:00  press  panel=landing floor=3 direction=down
3760:00  press  panel=car floor=2
3767:00  press  panel=landing floor=2 direction=down
3780:00  press  panel=car floor=3
3790:00  press  panel=landing floor=3 direction=down
4800:00  press  panel=car floor=2
4807:00  press  panel=landing floor=2 direction=down
4820:00  press  panel=car floor=3
4830:00  press  panel=landing floor=3 direction=down
5000:00  press  panel=car floor=2
5007:00  press  panel=landing floor=2 direction=down
5020:00  press  panel=car floor=3
5030:00  press  panel=landing floor=3 direction=down
5200:00  press  panel=car floor=2
5207:00  press  panel=landing floor=2 direction=down
5220:00  press  panel=car floor=3
5230:00  press  panel=landing floor=3 direction=down
6240:00  press  panel=car floor=2
6247:00  press  panel=landing floor=2 direction=down
6260:00  press  panel=car floor=3
6270:00  press  panel=landing floor=3 direction=down
6440:00  press  panel=car floor=2
6447:00  press  panel=landing floor=2 direction=down
6460:00  press  panel=car floor=3
6470:00  press  panel=landing floor=3 direction=down
6640:00  press  panel=car floor=2
6647:00  press  panel=landing floor=2 direction=down
6660:00  press  panel=car floor=3
6670:00  press  panel=landing floor=3 direction=down
7680:00  press  panel=car floor=2
7687:00  press  panel=landing floor=2 direction=down
7700:00  press  panel=car floor=3
7710:00  press  panel=landing floor=3 direction=down
7880:00  press  panel=car floor=2
7887:00  press  panel=landing floor=2 direction=down
7900:00  press  panel=car floor=3
7910:00  press  panel=landing floor=3 direction=down
8080:00  press  panel=car floor=2
8087:00  press  panel=landing floor=2 direction=down
8100:00  press  panel=car floor=3
8110:00  press  panel=landing floor=3 direction=down
9120:00  press  panel=car floor=2
9127:00  press  panel=landing floor=2 direction=down
9140:00  press  panel=car floor=3
9150:00  press  panel=landing floor=3 direction=down
9320:00  press  panel=car floor=2
9327:00  press  panel=landing floor=2 direction=down
9340:00  press  panel=car floor=3
9350:00  press  panel=landing floor=3 direction=down
9520:00  press  panel=car floor=2
9527:00  press  panel=landing floor=2 direction=down
9540:00  press  panel=car floor=3
9550:00  press  panel=landing floor=3 direction=down
10560:00  press  panel=car floor=2
10567:00  press  panel=landing floor=2 direction=down
10580:00  press  panel=car floor=3
10590:00  press  panel=landing floor=3 direction=down
10760:00  press  panel=car floor=2
10767:00  press  panel=landing floor=2 direction=down
10780:00  press  panel=car floor=3
10790:00  press  panel=landing floor=3 direction=down
10960:00  press  panel=car floor=2
10967:00  press  panel=landing floor=2 direction=down
10980:00  press  panel=car floor=3
10990:00  press  panel=landing floor=3 direction=down
12000:00  press  panel=car floor=2
12007:00  press  panel=landing floor=2 direction=down
12020:00  press  panel=car floor=3
12030:00  press  panel=landing floor=3 direction=down
12200:00  press  panel=car floor=2
12207:00  press  panel=landing floor=2 direction=down
12220:00  press  panel=car floor=3
12230:00  press  panel=landing floor=3 direction=down
12400:00  press  panel=car floor=2
12407:00  press  panel=landing floor=2 direction=down
12420:00  press  panel=car floor=3
12430:00  press  panel=landing floor=3 direction=down
13440:00  press  panel=car floor=2
13447:00  press  panel=landing floor=2 direction=down
13460:00  press  panel=car floor=3
13470:00  press  panel=landing floor=3 direction=down
13640:00  press  panel=car floor=2
13647:00  press  panel=landing floor=2 direction=down
13660:00  press  panel=car floor=3
13670:00  press  panel=landing floor=3 direction=down
13840:00  press  panel=car floor=2
13847:00  press  panel=landing floor=2 direction=down
13860:00  press  panel=car floor=3
13870:00  press  panel=landing floor=3 direction=down
14880:00  press  panel=car floor=2
14887:00  press  panel=landing floor=2 direction=down
14900:00  press  panel=car floor=3
14910:00  press  panel=landing floor=3 direction=down
15080:00  press  panel=car floor=2
15087:00  press  panel=landing floor=2 direction=down
15100:00  press  panel=car floor=3
15110:00  press  panel=landing floor=3 direction=down
15280:00  press  panel=car floor=2
15287:00  press  panel=landing floor=2 direction=down
15300:00  press  panel=car floor=3
15310:00  press  panel=landing floor=3 direction=down
16320:00  press  panel=car floor=2
16327:00  press  panel=landing floor=2 direction=down
16340:00  press  panel=car floor=3
16350:00  press  panel=landing floor=3 direction=down
16520:00  press  panel=car floor=2
16527:00  press  panel=landing floor=2 direction=down
16540:00  press  panel=car floor=3
16550:00  press  panel=landing floor=3 direction=down
16720:00  press  panel=car floor=2
16727:00  press  panel=landing floor=2 direction=down
16740:00  press  panel=car floor=3
16750:00  press  panel=landing floor=3 direction=down
17760:00  press  panel=car floor=2
17767:00  press  panel=landing floor=2 direction=down
17780:00  press  panel=car floor=3
17790:00  press  panel=landing floor=3 direction=down
17960:00  press  panel=car floor=2
17967:00  press  panel=landing floor=2 direction=down
17980:00  press  panel=car floor=3
17990:00  press  panel=landing floor=3 direction=down
18160:00  press  panel=car floor=2
18167:00  press  panel=landing floor=2 direction=down
18180:00  press  panel=car floor=3
18190:00  press  panel=landing floor=3 direction=down
19200:00  press  panel=car floor=2
19207:00  press  panel=landing floor=2 direction=down
19220:00  press  panel=car floor=3
19230:00  press  panel=landing floor=3 direction=down
19400:00  press  panel=car floor=2
19407:00  press  panel=landing floor=2 direction=down
19420:00  press  panel=car floor=3
19430:00  press  panel=landing floor=3 direction=down
19600:00  press  panel=car floor=2
19607:00  press  panel=landing floor=2 direction=down
19620:00  press  panel=car floor=3
19630:00  press  panel=landing floor=3 direction=down
20640:00  press  panel=car floor=2
20647:00  press  panel=landing floor=2 direction=down
20660:00  press  panel=car floor=3
20670:00  press  panel=landing floor=3 direction=down
20840:00  press  panel=car floor=2
20847:00  press  panel=landing floor=2 direction=down
20860:00  press  panel=car floor=3
20870:00  press  panel=landing floor=3 direction=down
21040:00  press  panel=car floor=2
21047:00  press  panel=landing floor=2 direction=down
21060:00  press  panel=car floor=3
21070:00  press  panel=landing floor=3 direction=down
22080:00  press  panel=car floor=2
22087:00  press  panel=landing floor=2 direction=down
22100:00  press  panel=car floor=3
22280:00  press  panel=car floor=2
22287:00  press  panel=landing floor=2 direction=down
22300:00  press  panel=car floor=3
22480:00  press  panel=car floor=2
22487:00  press  panel=landing floor=2 direction=down
22500:00  press  panel=car floor=3
23520:00  press  panel=car floor=2
23527:00  press  panel=landing floor=2 direction=down
23540:00  press  panel=car floor=3
23720:00  press  panel=car floor=2
23727:00  press  panel=landing floor=2 direction=down
23740:00  press  panel=car floor=3
23920:00  press  panel=car floor=2
23927:00  press  panel=landing floor=2 direction=down
23940:00  press  panel=car floor=3
24960:00  press  panel=car floor=2
24967:00  press  panel=landing floor=2 direction=down
24980:00  press  panel=car floor=3
25160:00  press  panel=car floor=2
25167:00  press  panel=landing floor=2 direction=down
25180:00  press  panel=car floor=3
25360:00  press  panel=car floor=2
25367:00  press  panel=landing floor=2 direction=down
25380:00  press  panel=car floor=3
26400:00  press  panel=car floor=2
26407:00  press  panel=landing floor=2 direction=down
26420:00  press  panel=car floor=3
26600:00  press  panel=car floor=2
26607:00  press  panel=landing floor=2 direction=down
26620:00  press  panel=car floor=3
26800:00  press  panel=car floor=2
26807:00  press  panel=landing floor=2 direction=down
26820:00  press  panel=car floor=3
27840:00  press  panel=car floor=2
27847:00  press  panel=landing floor=2 direction=down
27860:00  press  panel=car floor=3
28040:00  press  panel=car floor=2
28047:00  press  panel=landing floor=2 direction=down
28060:00  press  panel=car floor=3
28240:00  press  panel=car floor=2
28247:00  press  panel=landing floor=2 direction=down
28260:00  press  panel=car floor=3
29280:00  press  panel=car floor=2
29287:00  press  panel=landing floor=2 direction=down
29300:00  press  panel=car floor=3
29480:00  press  panel=car floor=2
29487:00  press  panel=landing floor=2 direction=down
29500:00  press  panel=car floor=3
29680:00  press  panel=car floor=2
29687:00  press  panel=landing floor=2 direction=down
29700:00  press  panel=car floor=3
30720:00  press  panel=car floor=2
30727:00  press  panel=landing floor=2 direction=down
30740:00  press  panel=car floor=3
30920:00  press  panel=car floor=2
30927:00  press  panel=landing floor=2 direction=down
30940:00  press  panel=car floor=3
31120:00  press  panel=car floor=2
31127:00  press  panel=landing floor=2 direction=down
31140:00  press  panel=car floor=3
32160:00  press  panel=car floor=2
32167:00  press  panel=landing floor=2 direction=down
32180:00  press  panel=car floor=3
32360:00  press  panel=car floor=2
32367:00  press  panel=landing floor=2 direction=down
32380:00  press  panel=car floor=3
32560:00  press  panel=car floor=2
32567:00  press  panel=landing floor=2 direction=down
32580:00  press  panel=car floor=3
33600:00  press  panel=car floor=2
33607:00  press  panel=landing floor=2 direction=down
33620:00  press  panel=car floor=3
33800:00  press  panel=car floor=2
33807:00  press  panel=landing floor=2 direction=down
33820:00  press  panel=car floor=3
34000:00  press  panel=car floor=2
34007:00  press  panel=landing floor=2 direction=down
34020:00  press  panel=car floor=3
35040:00  press  panel=car floor=2
35047:00  press  panel=landing floor=2 direction=down
35060:00  press  panel=car floor=3
35240:00  press  panel=car floor=2
35247:00  press  panel=landing floor=2 direction=down
35260:00  press  panel=car floor=3
35440:00  press  panel=car floor=2
35447:00  press  panel=landing floor=2 direction=down
35460:00  press  panel=car floor=3
36480:00  press  panel=car floor=2
36487:00  press  panel=landing floor=2 direction=down
36500:00  press  panel=car floor=3
36680:00  press  panel=car floor=2
36687:00  press  panel=landing floor=2 direction=down
36700:00  press  panel=car floor=3
36880:00  press  panel=car floor=2
36887:00  press  panel=landing floor=2 direction=down
36900:00  press  panel=car floor=3
37920:00  press  panel=car floor=2
37927:00  press  panel=landing floor=2 direction=down
37940:00  press  panel=car floor=3
38120:00  press  panel=car floor=2
38127:00  press  panel=landing floor=2 direction=down
38140:00  press  panel=car floor=3
38320:00  press  panel=car floor=2
38327:00  press  panel=landing floor=2 direction=down
38340:00  press  panel=car floor=3
39360:00  press  panel=car floor=2
39367:00  press  panel=landing floor=2 direction=down
39380:00  press  panel=car floor=3
39560:00  press  panel=car floor=2
39567:00  press  panel=landing floor=2 direction=down
39580:00  press  panel=car floor=3
39760:00  press  panel=car floor=2
39767:00  press  panel=landing floor=2 direction=down
39780:00  press  panel=car floor=3
40800:00  press  panel=car floor=2
40807:00  press  panel=landing floor=2 direction=down
40820:00  press  panel=car floor=3
41000:00  press  panel=car floor=2
41007:00  press  panel=landing floor=2 direction=down
41020:00  press  panel=car floor=3
41200:00  press  panel=car floor=2
41207:00  press  panel=landing floor=2 direction=down
41220:00  press  panel=car floor=3
42240:00  press  panel=car floor=2
42247:00  press  panel=landing floor=2 direction=down
42260:00  press  panel=car floor=3
42270:00  press  panel=landing floor=3 direction=down
42440:00  press  panel=car floor=2
42447:00  press  panel=landing floor=2 direction=down
42460:00  press  panel=car floor=3
42470:00  press  panel=landing floor=3 direction=down
42640:00  press  panel=car floor=2
42647:00  press  panel=landing floor=2 direction=down
42660:00  press  panel=car floor=3
42670:00  press  panel=landing floor=3 direction=down
