"""English signals of lesser problems and of what makes any problem graver."""

# fmt: off

WORDS: dict[str, tuple[str, ...]] = {
    "core broken": (
        "stopped|stops|quit|ceased work*|load*|respond*|sending|sync*|deliver*|process*|receiv*|function*|"
        "accepting|running|updating",
        "not ~2 working ~2 anymore|any_more|at_all|since|again|today|now|either",
        "no_longer ~2 work*|load*|open*|start*|send*|sync*|respond*|possible|function*",
        "not ~2 work ~2 anymore|any_more|at_all|since|again",
        "still|again ~2 broken|not_work*|failing|fails|not_load*|down|dead|same_error|crash*",
        "totally|completely|fully|entirely|utterly|absolutely|badly|seriously|severely broken|dead|useless|"
        "stuck|messed_up|screwed|wrecked|fucked",
        "regression|broke|breaks|broken ~4 everything|since|after|release|update|deploy*|deployment|"
        "upgrade|migration",
        "{cannot} ~2 work|do_our_job|do_anything|operate|use_it|continue|proceed|ship|send|receive|"
        "make_calls",
        "emails|messages|notifications|sms|webhooks|calls|alerts|reminders|deliveries|jobs ~3 not ~2 sent|"
        "sending|arriv*|deliver*|going_out|go_out|receiv*|coming|fir*|trigger*|running|process*",
        "crash* ~3 constantly|always|every|all_the_time|again|repeatedly|whenever|each|keeps",
        "keeps|keep|constantly|always ~2 crash*|fail*|disconnect*|freez*|dying|restarting|breaking",
        "fubar|haywire|a_mess|disaster|catastroph*|nightmare|meltdown",
        "import*|export*|sync*|upload*|deploy*|build*|migration ~3 {fails}", "all ~3 not_work*",
        "has|have ~1 stopped|ceased|halted|died",
        "no ~2 emails|messages|mails|jobs|notifications|orders|sms|webhooks|events ~3",
        "queue|queues|jobs|backlog ~4 stuck|pending|piling|pile|growing|blocked|not|backed",
        "nothing_but errors|timeouts|problems|crashes",
        "agents|people|staff|team|employees|us|everyone ~2 unable|waiting|sitting|idle",
        "errors|error|failures|exceptions all_over|everywhere|everytime|constantly",
        "customers|clients|users|people|guests|students|patients|visitors|staff|employees|team|colleagues|"
        "drivers ~2 {cannot}",
    ),
    "broken": (
        "not ~2 work|works|worked|working|workin|load|loads|loading|open|opens|opening|respond|responding|"
        "start|starts|starting|function|functioning|sync|syncing|launch*|play*|print*|render*|upload*|"
        "connect*|submit*|trigger*|run|runs|boot*|install*|finish*|complete*|recogni*|download*|export*|"
        "import*",
        "broken|broke|borked|busted|breaks|breaking|bust|bugged|knackered|buggered|wonky",
        "crash|crashes|crashing|crashed|crashs|segfault*|panic|panics",
        "freez*|froze|frozen|hangs|hanging|hung|stuck",
        "exception*|traceback|stack_trace|stacktrace|null_pointer|nullpointer*|undefined_is|fatal*|uncaught",
        "fail|fails|failed|failing|failure|failures",
        "{cannot} ~1 save|upload|download|export|import|open|send|delete|edit|create|add|submit|update|"
        "change|view|see|find|load|connect|install|print|sync|register|invite|reset|share|attach|post|"
        "publish|run|select|click|type|search|play|start|join|verify|activate|access|sign_up|reach|view|"
        "hear|call",
        "not sav*|send*|delet*|updat*|show*|appear*|display*|let me|us|users", "does|do|will|did nothing",
        "nothing ~1 happens|happened", "unresponsive|inoperable|malfunction*|defective|faulty",
        "spins|spinning|loading forever|endlessly|and|for", "bug|bugs|buggy",
        "error|errors ~2 when|while|after|if|on|message|code|every|everywhere|in|with|at",
        "get|gets|getting|got|gives|giving|throws|throwing|shows|showing|see|seeing|returns|returning|says "
        "~3 error|errors|400|401|403|404|500|422|429",
        "infinite|redirect loop|redirects",
        "not ~2 receiv*|arriv*|deliver*|get ~3 email*|code|sms|notification*|message*|confirmation|link|"
        "verification|otp",
        "acting_up|act_up|playing_up|messed_up|screwed_up|f*cked|fucked|shits|went_wrong|goes_wrong|"
        "gone_wrong|going_wrong",
        "does_not|did_not|will_not let", "disconnect*|dropping|drops ~1 connection*|out|me|us|calls?",
    ),
    "glitch": (
        "error|errors|issue|issues|problem|problems|trouble|glitch*|hiccup*|defect*|fault|erroring",
        "wrong|incorrect|incorrectly|weird|strange|odd|unexpected*|inconsistent",
        "missing|duplicate*|disappear*|garbled|stale|outdated", "404|403|401|400|422|429",
        "not ~2 see|find|right|correct|correctly|properly|match*|valid|recogni*|as_expected|detected",
        "something|anything ~2 off|wrong|weird|up|fishy|broken", "returns null|nothing|empty|undefined",
        "looks|look|seems|seem|acts|behaves ~1 off|wrong|weird|funny|strange",
        "disabled|greyed_out|grayed_out", "help", "unable|fails|impossible to", "please|pls|plz|kindly fix",
        "misbehav*|flaky|unstable|unreliable|spotty",
    ),
    "cosmetic": (
        "typo|typos|misspell*|spelling|misalign*|not_aligned|alignment|overlap*|padding|font|fonts|icon|"
        "colour|color|colors|cosmetic|logo|pixel*|wording|grammar|tooltip|spacing|blurry|cut_off|"
        "truncated_text",
    ),
    "unusable": (
        "unusable|unbearabl*|not_usable|unworkable|barely_usable|barely_works",
        "extremely|insanely|unbelievably|painfully|terribly|incredibly|horribly|super slow",
        "slow_to_a_crawl|crawling|at_a_crawl|crawl|snail*|grinding_to",
        "takes|taking|took ~3 minutes|hours|forever|ages|eternity", "memory_leak|cpu_at|100_cpu|cpu_100",
        "time|times|timing|timed out|outs", "timeout|timeouts", "never ~1 load*|finish*|complet*|end*|open*",
    ),
    "slow": (
        "slow|slower|slowly|slowness|slowing|sluggish|lag|lags|lagging|laggy|latency|delay|delayed|delays|"
        "laggs",
        "takes|taking|took ~3 seconds|long|longer|while|time|sec|s",
        "performance|perf ~2 bad|poor|terrible|awful|degrad*|issue*|problem*|drop*",
        "intermittent*|stutter*|choppy|jitter*|degraded|not_fast",
        "loading|load|waiting|wait ~2 seconds|sec|long|minutes",
    ),
    "many people": (
        "everyone|everybody|noone|nobody", "{all} ~3 {people}",
        "all|every|none|most|half|many|several|both of ~1 us|our|them|my|the",
        "we_all|us_all|all_over|across_the_board|across_all|company_wide|companywide|site_wide|sitewide|"
        "org_wide|worldwide|globally|globe|nationwide|everywhere|platform_wide|system_wide",
        "our|the ~1 customers|clients|users|students|patients|visitors|subscribers|buyers|guests|shoppers|"
        "drivers|members",
        "whole|entire|complete ~1 {people}|school|hospital|factory|site|building|floor|business|"
        "call_center|support|sales",
        "production|prod|live_system|live_site|live_environment",
        "on? multiple|several|different|all|both|every ~1 devices|browsers|machines|computers|networks|"
        "phones|locations|countries",
        "100|hundreds|thousands|dozens|tons|lots|bunch|loads ~1 of? {people}|complaints|calls|tickets|"
        "requests",
        "dozens|hundreds|thousands|tons|flooded|flooding|swamped|bombarded", "nobody|noone else?",
        "anyone_else|anybody_else|others_too|others_as_well|coworkers|colleagues|team_mates|teammates",
        "affect*|impact*|hitting|hits ~2 all|every|everyone|many|most|customers|users|multiple|several|us",
        "all ~3 wrong|incorrect|missing|empty|zero|gone|broken|failing|fail",
        "same|also for ~2 {people}|coworkers|colleagues",
        "my|our colleagues|coworkers|people|staff|team|users|customers ~1 too|also|neither|as_well",
        "us|we and our|all ~1 partners|customers|clients|users|staff",
        "every|each single", "all ~1 the_time|of_us|of_them",
        "warehouse|factory|hospital|clinic|school|store|restaurant|kitchen ~2 people|staff|can|is",
        "reject*|refus*|break*|broke|kill*|affect* ~1 everything",
    ),
    "business impact": (
        "losing|lose|lost|bleeding|burning|costing|costs ~4 money|revenue|sales|customers|clients|orders|"
        "business|us|dollars|euros|thousands|deal|deals",
        "customers|clients|users|people|guests|patients|phones|boss|ceo ~3 complain*|emailing|messaging|"
        "reporting|asking|screwed|affected|unhappy|mad|pissed|unable|angry|furious|calling|leaving|"
        "shouting|screaming|yelling|waiting|upset|queue*|cancel*|ringing|phoning|stuck|stranded|freaking|"
        "panicking",
        "lawsuit|lawyer|lawyers|legal_action|sue|attorney|regulator|sla_breach|sla",
        "standstill|stand_still|ground_to_a_halt|halt|halted|paralyzed|paralysed|stranded|crippled|"
        "crippling|idle",
        "can_not ~2 work|ship|sell|operate|serve|open|do_our|do_business|run_our|function",
        "work has_stopped|stopped|is_impossible",
        "out_of_business|business_critical|mission_critical|revenue_critical", "patient_safety|lives|safety",
        "nothing|no_work ~3 done|shipped|sold",
        "jobs|orders|messages|tickets|parcels|trucks ~1 pending|stuck|piling|queued|waiting|unprocessed",
        "not ~1 synced|syncing|processed ~1", "work|operations|business ~2 impossible|not_possible|stopped",
        "stands|standing|stand|stood still|idle",
        "production_line|assembly_line ~2 stopped|down|stands|halted",
    ),
    "urgency": (
        "urgent|urgently|urgency|urgnt|urgant|asap|a_s_a_p|asaap",
        "immediate|immediately|at_once|instantly ~1 fix*|help|attention|action|assistance|response|please|"
        "support",
        "immediate|immediately",
        "emergency|critical|critically|crucial|severe|serious|high_priority|highest_priority|top_priority|"
        "priority_1|major",
        "right_now|right_away|straight_away|this_minute|now_now|fix_now|need_it_now|help_now|needed_now",
        "blocking|blocker|blocked|blocks|showstopper|show_stopper|stopper",
        "p0|p1|sev1|sev0|sev_1|sev_0|prio_1|prio1|code_red|red_alert",
        "as_soon_as_possible|soon_as_possible|quick_help|hurry|hurry_up|fix_it_fast|quickly_please",
        "sos|mayday|help_help|panic|panicking|emojialarm|desperate*|freaking_out",
        "can_not_wait|drop_everything|wake_up|time_sensitive|need_this_fixed|need_it_fixed|needs_fixing_now",
        "please please|help", "help help|us|asap|now",
    ),
    "deadline": (
        "deadline|due|cutoff ~2 today|tonight|tomorrow|in|soon|eod|noon|is|this", "deadline",
        "in|within ~1 hour|hours|minutes|mins|min|an_hour|half_an_hour",
        "demo|launch|launching|go_live|presentation|exam|exams|audit|release|black_friday|cyber_monday|"
        "event|meeting|pitch|webinar|interview ~4 today|tonight|tomorrow|in|now|morning|starts|this|"
        "minutes|hour",
        "before|by ~1 noon|tonight|tomorrow|end_of|eod|monday|5pm|6pm|midnight|close",
        "black_friday|cyber_monday|peak|rush_hour", "starts|start|begins in|at|soon",
    ),
    "same here": (
        "same here|problem|issue|for|thing|with|error|happen*", "me too|as_well|neither|also",
        "us too|as_well|neither", "same|similar on|in ~2 side|end|office|account",
        "i|we have|see|seeing|get|experienc* ~2 same|too|this_too", "can confirm|reproduce",
        "confirmed|plus_one|ditto|likewise|here_too|also_affected", "affected too|as_well",
    ),
    "alarm": (
        "omg|wtf|wth|seriously|argh|ugh|ffs|for_god*|jesus|holy|damn|shit|fuck*|bloody", "again", "still",
        "please help",
        "all_day|since_yesterday|since_this_morning|for_hours|for_days|since_morning|hours_now|days_now|"
        "weeks_now",
    ),
    "trouble": (
        "not", "no|without access|connection|response|reply|answer|data|sound|signal|calls|orders|emails|way",
        "dead|lost|gone|stuck|dies|died|stopped|stops|lose|losing|never|empty|nothing|screwed|messed|"
        "denied|refused|rejected|donw|down|bad|worse|chaos|panic|trouble|disaster|hell|collapsing|breaking",
        "{none}",
    ),
    "relapse": (
        "gone|down|broken|happening|happens|failing|dead|crashing|offline|stuck|slow|happened|back again|"
        "once_more",
        "spoke_too_soon|too_early|not_for_long|scratch_that|no_wait|still_the_same|same_problem_again|"
        "same_again|not_fixed|not_resolved|not_solved",
        "problem|issue|error|bug|it is back ~1 again", "again ~1 down|broken|gone|failing|dead|not",
    ),
}
