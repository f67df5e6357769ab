"""English signals of what may wake an engineer, in the notation of `shiftbot.triage.pattern`."""

# fmt: off

MACROS = {
    "sys": (
        "site|sites|website|websites|web_site|webpage|app|apps|application|api|apis|server|servers|service|"
        "services|system|systems|platform|portal|dashboard|backend|back_end|frontend|front_end|database|db|"
        "production|prod|cluster|shop|store|webshop|web_shop|homepage|home_page|storefront|gateway|"
        "everything|whole_thing|network|endpoint|endpoints|tool|crm|cms|domain|instance|integration|"
        "webhooks|checkout|software|vpn|queue|queues|worker|workers|node|nodes|pods|kubernetes|cdn|login|"
        "sso|auth|authentication|pipeline|customer_portal|phone_lines|lines|phones|line|telephony|pbx"
    ),
    "data": (
        "data|database|db|records|orders|files|documents|docs|invoices|customers|contacts|projects|entries|"
        "rows|tables|history|messages|accounts|photos|pictures|images|backups|notes|bookings|reservations|"
        "appointments|transactions|balances|inventory|products|tickets|users|workspace|workspaces|work|"
        "articles|posts|tasks|boards|events|comments|leads|deals|catalog|catalogue|settings|recordings|"
        "spreadsheet|spreadsheets|sheets|subscribers|uploads|patients|students|timesheets|logs|folder|"
        "folders|drafts|templates|campaigns|attachments|emails|stuff|account|project|repository|repo|repos|"
        "schedule|calendar|report|reports|draft|stock|stock_levels|customer_list|list|library|dataset|"
        "archive|inbox|mailbox|progress|subscriptions|member_list"
    ),
    "all": (
        "all|every|everyone|everybody|many|most|multiple|several|dozens|hundreds|thousands|half|lots|both|"
        "entire|whole"
    ),
    "people": (
        "people|user|users|customer|customers|client|clients|staff|employee|employees|team|teams|member|"
        "members|student|students|patient|patients|store|stores|shop|shops|location|locations|office|"
        "offices|account|accounts|colleague|colleagues|coworkers|company|companies|organization|"
        "organisation|tenant|tenants|region|regions|department|warehouse|warehouses|branch|branches|"
        "visitor|visitors|subscriber|subscribers|buyers|guests|agents|of_us"
    ),
    "cannot": (
        "can_not|could_not|unable_to|not_able_to|can_no_longer|can_hardly|impossible_to|not_possible_to|"
        "can_not_even|not_let_me|not_letting_me|not_let_us|not_letting_us|failing_to|fail_to|fails_to|"
        "failed_to|no_way_to|will_not_let_me|not_allow_me_to|not_allowing_me_to|refuses_to_let_me"
    ),
    "none": "noone|nobody|none_of|not_a_single|neither_of|not_one",
    "other": (
        "other|another|others|someone_else|somebody_else|someone_elses|different|stranger|strangers|wrong|"
        "foreign|a_stranger"
    ),
    "pay": (
        "payment|payments|checkout|check_out|transaction|transactions|purchase|purchases|paypal|stripe|"
        "apple_pay|google_pay|klarna|billing|credit_card|cards|card_payments|cart|payout|payouts|payroll"
    ),
    "fails": (
        "fail|fails|failed|failing|failure|failures|declined|declining|rejected|rejecting|broken|broke|"
        "error|errors|erroring|stuck|hangs|hanging|hang|freezes|frozen|crash|crashes|crashing|crashed|down|"
        "dead|stopped|stops|not_work*|not_go_through|not_going_through|not_process*|not_complet*|not_load*|"
        "not_respond*|unavailable|times_out|timing_out|timed_out|blocked|busted|kaput|borked|dying|bounces|"
        "bouncing|500|502|503|504|never_complet*|not_be_completed|not_finish*|impossible|loops|looping|"
        "blank|empty"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "{sys} ~4 down|offline|unreachable|inaccessible|unresponsive|dead|kaput|toast|borked|hosed|busted|"
        "unavailable",
        "is|are|be|been|went|goes|going|was|were|all|totally|completely|still|again|currently|keeps|gone|"
        "back ~2 down",
        "down again|since|atm|everywhere", "down for everyone|everybody|anyone|all|us|me|our|you|many|most",
        "down right_now|at_the_moment|hard|completely|worldwide", "taken|took|brought|brings|takes ~4 down",
        "outage*|blackout|down_time|downtime",
        "server|servers|database|db|cluster|prod|production|backend ~3 crash*",
        "nothing ~3 load*|work*|open*|respond*|functions|functioning|running|comes_up|shows_up",
        "everything ~3 {fails}|red|on_fire|crashing|collapsed|haywire",
        "everything is|has|just ~1 gone|broken|down", "on_fire",
        "server|servers|prod|production|database|db|backend|cluster ~2 emojifire",
        "fell|fallen|falling over",
        "went|gone|all dark", "dead in_the_water|as_a",
        "{sys} ~3 crashed|collapsed|imploded|exploded|died|melted|tanked|bombed|kicked_the_bucket|"
        "bit_the_dust",
        "{sys} ~3 not ~2 reachable|responding|respond|available|accessible|online|coming_up|running|up",
        "{sys} ~3 completely|totally|entirely|fully broken|dead|gone|unusable|inoperable|failing|fails",
        "{none} ~6 arrive*|load*|open*|respond*|sync*|deliver*|received|function*|able_to|can|could|get|"
        "log|access|work|works|working|use|reach|connect|pay|order|buy|sign",
        "{cannot} ~1 access|reach|open|load|connect_to|get_to|get_into|get_onto|use|visit|see ~3 {sys}",
        "{sys} ~3 {cannot} ~1 accessed|reached|opened|loaded", "not_a_thing works|loads",
        "whole|entire ~1 {sys} ~3 {fails}", "{all} ~3 {sys} ~3 {fails}", "production|prod|live ~3 {fails}",
        "kill*|broke|breaks ~2 prod|production", "lost connection|connectivity to ~2 all|every|everything",
        "no service", "total|complete|massive failure|collapse", "taken|knocked offline",
        "ddos*|denial_of_service", "lights are out|off", "unable ~3 work at_all",
        "{sys} ~4 belly_up|haywire|flatlined|nuked|fubar|out_of_service|knocked_out|out_cold",
        "not a_single page|screen",
        "no incoming|outgoing calls|orders|emails|mails|traffic|messages|payments|requests",
        "donw|dwon for|again|since", "{cannot} ~1 access|reach|open|load|do|use anything|everything|any",
        "rip {sys}", "{sys} rip", "no|without power|internet_service|connectivity ~2 {sys}",
        "service|services ~2 interrupted|disrupted|disruption|interruption", "disruption",
        "{sys} ~3 just_die|die|dies|dying|not_come|will_not_come",
        "guys|you ~1 just? die|died|dead|down|offline", "literally|absolutely|basically nothing",
        "{sys} ~3 a_nap|sleeping|asleep|vacation|holiday",
        "does_not|do_not_even load|start|open ~2 for? {all}",
        "not ~2 opened|accessed|reached|used|loaded ~1 by anyone|anybody|any|us|customers",
        "{sys}|widget|widgets|plugin|button ~4 vanish*|disappear*|gone ~2 from every|all|everywhere",
        "stopped|stops|ceased ~2 entirely|completely|altogether|everywhere",
        "failed|failing|down|rejected|unauthorized|forbidden|denied|suspended|expired ~2 for|by everyone|everybody|all|"
        "every",
        "all|every|everything ~2 failed|failing|stopped|rejected ~2 since|today|after|now|for",
        "license|licence|subscription ~2 expired|invalid|unreachable ~4 {all}",
    ),
    "server error": (
        "500|502|503|504|5xx|52x|522|520|521|523|525 ~1 error*|bad|gateway|internal|service|everywhere|"
        "on_all|on_every",
        "error*|http|status|code|returns|returning|throws|throwing|gives|giving|getting|get|got|see|shows|"
        "a|an|with|only ~2 502|503|504|5xx|500s|502s|503s|504s|500_errors",
        "5xx|500s|502s|503s|504s", "502|503|504", "internal_server_error*",
        "bad_gateway|gateway_timeout|gateway_time_out", "service_unavailable",
        "error|http|status|code ~1 500", "500 error*", "white|blank|black|empty screen|page|screens|pages",
        "page|pages|screen|screens|site|app|everything ~3 blank|white",
        "connection|connections ~2 refused|reset", "err_connection*", "site_can_not_be_reached",
        "can_not_be_reached", "certificate|ssl|tls|cert ~3 expired|invalid|error*|broken|warning",
        "certificate_expired", "dns ~3 {fails}|resolv*", "not|no_longer ~2 resolve|resolves|resolving",
        "alert|alarm|monitor|probe ~1 firing|fired|triggered", "health_check*|healthcheck* ~3 {fails}",
        "success_rate|availability|uptime ~2 0|zero",
        "{sys} ~3 times_out|timing_out|timed_out|time_out|timeouts|timeout|not_load*|not_open*|"
        "not_respond*|not_start*",
        "no pages|page ~2 load*|open*", "not loading at_all|anymore|any_more",
        "all|every ~2 request*|page*|call*|job* ~2 {fails}",
        "crashes|crashing|crashed ~3 launch|startup|start|immediately|instantly|open|opening|every_time",
        "{sys} ~4 not_work*|stopped_working|broken|busted|failing|not_functioning", "disk|storage ~2 full",
        "out_of_memory|oom", "infinite|endless|eternal spinner|loading|spinning|load|loop",
        "stuck|hangs|hanging|frozen ~3 loading|splash|spinner|spinning",
        "just|only|keeps spin*|loading|buffering", "spinning|spinner|loading forever",
        "not|never ~2 load* ~1 at_all|anymore|any_more|since|today",
        "not ~2 work|working ~2 at_all|for_anyone|for_everyone|for_anybody|for_all|for_our|for_any",
        "spinner|spinning|loader ~4 dies|forever|nothing|crash*|endless*|never", "bricked|bricks|brick",
        "{sys} ~3 blank|white|all_white|empty", "error page*|screen",
        "nginx|apache|cloudflare|haproxy|heroku|iis ~2 error|page|502|503|default",
        "connection|connections ~1 failed|lost|error|dropped|closed", "{cannot} ~1 connect|reach",
        "unreachable|inaccessible|unresponsive|offline|unavailable",
        "not ~1 reachable|accessible|available|responding|respond|responds",
        "domain ~3 expired|suspended|parked", "404|error ~2 on? every|all|everywhere|homepage",
        "will_not|not ~1 come|comes|coming up|back|online", "no response from", "{sys} not up",
        "connection time*", "page|pages|screen|view ~2 not_load*|not_open*|not_respond*|never_load*",
        "not load|open ~2 page|site|website|app",
        "nothing ~1 happen* ~5 pay|buy|order|checkout|login|log_in|sign_in|submit|save",
        "500|501|520 on|in|at|when|while|after|from|everywhere|since|for|all|again",
        "returns|throws|gives|shows|getting|got ~1 500",
    ),
    "cannot get in": (
        "{cannot} ~2 log_in|login|log_on|logon|sign_in|signin|get_in|get_into|log_into|sign_into|log_back|"
        "get_back|sign_on|log_me_in|authenticate|log_us|enter",
        "not log_me|log_us|sign_me|log_in|login|sign_in ~1 in|anymore|any_more",
        "locked_out|kicked_out|shut_out|lock_us_out|locks_me_out|locks_us_out|locking_us_out|kicks_me_out|"
        "kicks_us_out|lock_out",
        "login*|log_in|sign_in|signin|sso|authentication|2fa|mfa|otp|auth ~3 {fails}|not_accept*|refused|"
        "refuses",
        "login|sign_in|authentication|sso failure*|outage|loop|problem*|issue*|error*",
        "not ~2 accept* ~2 password*|credentials|login|code", "logged_out ~4 not",
        "logs|logging|kicks me|us|everyone|users out", "logging_in ~3 {fails}", "can not_login",
        "access_denied|no_access ~2 everyone|all|anything|since",
        "password|credentials ~3 not_accepted|rejected|not_work*|stopped_working|refused",
        "not let|lets|letting|allow|allows|allowing ~3 sign_in|log_in|login|in|signin",
        "lost|lose|losing|no|without access to", "lost access",
    ),
    "data loss": (
        "{data} ~5 vanish*|disappear*|wiped|erased|lost|evaporated|zeroed|destroyed|overwritten|purged|"
        "corrupt*|nowhere|blown_away|scrambled|garbled|nuked|got_deleted|been_deleted|were_deleted|"
        "was_deleted|are_deleted|trashed|dropped",
        "{data} is|are|have|has|all|just|suddenly|been|completely|were|was ~2 gone|deleted|empty",
        "lost|losing|wiped|erased|destroyed|corrupt*|overwrote|purged|nuked|clobbered|ate|eaten|swallowed "
        "~4 {data}",
        "deleted|deletes|deleting|removed|dropped ~2 all|our|everything|every|customer|production|"
        "thousands|hundreds ~2 {data}",
        "data_loss|loss_of_data|data_corruption|corrupted|corruption|lost_data",
        "every|each|all|any ~1 order|booking|record|message|entry|ticket|appointment ~6 vanish*|disappear*|gone|lost|"
        "deleted",
        "wiped|wipes|erased|deleted|dropped|destroyed ~3 prod|production|bucket|cluster|volume|disk|primary",
        "lost everything|all_of_it|all_my|all_our|months|weeks|days|hours",
        "everything ~4 wiped|erased|deleted|gone|vanish*|disappear*", "all gone", "gone all",
        "wiped|erased out?|clean|everything", "where did|have|has ~4 {data} ~2 go|gone|went",
        "where are ~3 my|our ~2 {data}", "emptied|truncated|dropped ~3 table*|database|db",
        "backup* ~4 {fails}|gone|missing|unrecoverable|overwritten|corrupt*", "unrecoverable|irrecoverable",
        "rolled_back|reverted|reset|jumped_back ~4 week*|month*|days|year*|yesterday|scratch|zero",
        "zero|0|no orders|customers|records|projects|contacts|files|data ~2 left|anymore|any_more|remain*|"
        "shown|showing",
        "can_not_find any|all ~2 {data} anymore|any_more", "account* ~2 emptied|wiped",
        "data ~2 gone|missing|vanished",
        "inbox|library|drive|vault|disk|table|cart|crm|board ~4 emptied|wiped|erased|vanish*|corrupt*",
        "deleted|wiped|removed|erased|dropped|nuked|cleared|overwrote ~2 whole|entire|my|wrong|complete ~2 "
        "{data}",
        "you|it|system|update|sync|bug|client|script|import|migration|app ~1 deleted|wiped|removed|erased|"
        "overwrote|cleared|ate|lost ~4 {data}",
        "{data} ~4 completely? blank|not_there|no_longer_there|no_longer_exist*|not_exist*|"
        "can_not_be_found|not_be_found",
        "account|workspace|project ~3 not|no_longer ~1 exist*", "lost|losing ~3 data",
        "{data} ~6 is|are|have|has|was|were ~1 gone|deleted|empty|wiped", "lose|losing ~2 data|everything",
        "everything ~6 is|are|was|has ~2 missing|lost|deleted", "all ~3 {data} ~3 missing|zero|blank",
    ),
    "wrong data": (
        "{data} ~3 missing|wrong|incorrect|incomplete|mixed_up|duplicated|swapped|out_of_sync|stale|"
        "mismatch*|inconsistent",
        "wrong|incorrect|missing|duplicate|duplicated|inconsistent|bogus ~2 data|numbers|totals|figures|"
        "values|amounts|records|orders|entries|balance|balances|customers|prices|results|stock|quantities|"
        "rows|invoices|addresses|files",
        "numbers|totals|figures|balance|prices|price|stock|amounts|values|sums|statistics|quantities|"
        "readings ~3 wrong|off|incorrect|zero|negative|nonsense|garbage|do_not_add_up|not_match*|"
        "not_add_up|doubled|rubbish",
        "not sav*|persist*|stored", "not ~2 saved",
        "lost|loses|losing|lose ~2 changes|edits|form|draft|progress|input",
        "changes ~3 lost|gone|discarded|disappear*|not_sav*|reverted", "sent|going|goes|went to_the? wrong",
        "accidentally|mistake* ~2 deleted|removed|erased|wiped", "deleted|removed ~3 accident*|mistake",
        "save ~2 {fails}", "saving ~2 {fails}", "my|our ~2 {data} ~2 gone|missing|disappeared",
        "{data} ~6 missing ~2 for|from|since|in|after|all", "missing ~4 {data}",
    ),
}
