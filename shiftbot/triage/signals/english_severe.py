"""English signals of what may wake an engineer, in the notation of `shiftbot.triage.pattern`."""

# fmt: off

MACROS = {
    "sys": (
        "site|sites|website|websites|web_site|webpage|app|apps|application|api|apis|server|servers|"
        "service|services|system|systems|platform|portal|dashboard|backend|back_end|frontend|front_end|"
        "database|db|production|prod|cluster|shop|store|webshop|web_shop|homepage|home_page|storefront|"
        "gateway|everything|whole_thing|network|endpoint|endpoints|tool|crm|cms|domain|instance|"
        "integration|webhooks|checkout|software|vpn|queue|queues|worker|workers|node|nodes|pods|"
        "kubernetes|cdn|search|login|sso|auth|authentication|stuff|thing|pipeline|customer_portal"
    ),
    "data": (
        "data|database|db|records|orders|files|documents|docs|invoices|customers|contacts|projects|"
        "entries|rows|tables|history|messages|accounts|photos|pictures|images|backups|notes|bookings|"
        "reservations|appointments|transactions|balances|inventory|products|tickets|users|workspace|"
        "workspaces|work|articles|posts|tasks|boards|events|comments|leads|deals|catalog|catalogue|"
        "settings|recordings|spreadsheet|spreadsheets|sheets|subscribers|uploads|patients|students|"
        "timesheets|logs|folder|folders|drafts|templates|campaigns|attachments|emails|stuff|account|"
        "project|repository|repo|repos|schedule|calendar|report|reports|draft"
    ),
    "all": (
        "all|every|everyone|everybody|many|most|multiple|several|dozens|hundreds|thousands|half|lots|"
        "both|entire|whole"
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
        "other|another|others|someone_else|somebody_else|someone_elses|different|stranger|strangers|"
        "wrong|foreign"
    ),
    "pay": (
        "payment|payments|checkout|check_out|transaction|transactions|purchase|purchases|paypal|stripe|"
        "apple_pay|google_pay|klarna|billing|credit_card|cards|card_payments|cart|payout|payouts|payroll"
    ),
    "fails": (
        "fail|fails|failed|failing|failure|failures|declined|declining|rejected|rejecting|broken|broke|"
        "error|errors|erroring|stuck|hangs|hanging|hang|freezes|frozen|crash|crashes|crashing|crashed|"
        "down|dead|stopped|stops|not_work*|not_go_through|not_going_through|not_process*|not_complet*|"
        "not_load*|not_respond*|unavailable|times_out|timing_out|timed_out|blocked|busted|kaput|borked|"
        "dying|bounces|bouncing|500|502|503|504|never_complet*|not_be_completed|not_finish*|impossible|"
        "loops|looping|blank|empty"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "{sys} ~4 down|offline|unreachable|inaccessible|unresponsive|dead|kaput|toast|borked|hosed|"
        "busted|unavailable",
        "is|are|be|been|went|goes|going|was|were|all|totally|completely|still|again|currently|keeps|gone|"
        "back ~2 down",
        "down again|since|atm|everywhere", "down for everyone|everybody|anyone|all|us|me|our|you|many|most",
        "down right_now|at_the_moment|hard|completely|worldwide", "taken|took|brought|brings|takes ~4 down",
        "outage*|blackout|down_time|downtime",
        "server|servers|database|db|cluster|prod|production|backend ~3 crash*",
        "nothing ~3 load*|work*|open*|respond*|functions|functioning|running|comes_up|shows_up",
        "everything ~3 {fails}|red|on_fire|crashing|collapsed|haywire",
        "everything is|has|just ~1 gone|broken|down", "on_fire", "emojifire", "fell|fallen|falling over",
        "went|gone|all dark", "dead in_the_water|as_a",
        "{sys} ~3 crashed|collapsed|imploded|exploded|died|melted|tanked|bombed|kicked_the_bucket|"
        "bit_the_dust",
        "{sys} ~3 not ~2 reachable|responding|respond|available|accessible|online|coming_up|running|up",
        "{sys} ~3 completely|totally|entirely|fully broken|dead|gone|unusable|inoperable|failing|fails",
        "{none} ~6 able_to|can|could|get|log|access|work|works|working|use|reach|connect|pay|order|buy|"
        "sign",
        "{cannot} ~1 access|reach|open|load|connect_to|get_to|get_into|get_onto|use|visit|see ~3 {sys}",
        "{sys} ~3 {cannot} ~1 accessed|reached|opened|loaded", "not_a_thing works|loads",
        "whole|entire ~1 {sys} ~3 {fails}", "{all} ~3 {sys} ~3 {fails}", "production|prod|live ~3 {fails}",
        "kill*|broke|breaks ~2 prod|production", "lost connection|connectivity to ~2 all|every|everything",
        "no service", "total|complete|massive failure|collapse", "taken|knocked offline",
        "ddos*|denial_of_service", "lights are out|off", "unable ~3 work at_all",
        "{sys} ~4 belly_up|haywire|flatlined|nuked|fubar|out_of_service|knocked_out|out_cold",
        "not a_single page|screen",
    ),
    "server error": (
        "500|502|503|504|5xx|52x|522|520|521|523|525 ~1 error*|bad|gateway|internal|service|everywhere|"
        "on_all|on_every",
        "error*|http|status|code|returns|returning|throws|throwing|gives|giving|getting|get|got|see|"
        "shows|a|an|with|only ~2 502|503|504|5xx|500s|502s|503s|504s|500_errors",
        "5xx|500s|502s|503s|504s", "502|503|504", "internal_server_error*",
        "bad_gateway|gateway_timeout|gateway_time_out", "service_unavailable",
        "error|http|status|code ~1 500", "500 error*", "white|blank|black|empty screen|page|screens|pages",
        "page|pages|screen|screens|site|app|everything ~3 blank|white",
        "connection|connections ~2 refused|reset", "err_connection*", "site_can_not_be_reached",
        "can_not_be_reached", "certificate|ssl|tls|cert ~3 expired|invalid|error*|broken|warning",
        "certificate_expired", "dns ~3 {fails}|resolv*",
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
    ),
    "cannot get in": (
        "{cannot} ~2 log_in|login|log_on|logon|sign_in|signin|get_in|get_into|log_into|sign_into|"
        "log_back|get_back|sign_on|log_me_in|authenticate|log_us|enter",
        "not log_me|log_us|sign_me|log_in|login|sign_in ~1 in|anymore|any_more",
        "locked_out|kicked_out|shut_out|lock_us_out|locks_me_out|locks_us_out|locking_us_out|"
        "kicks_me_out|kicks_us_out|lock_out",
        "login*|log_in|sign_in|signin|sso|authentication|2fa|mfa|otp|auth ~3 {fails}|not_accept*|refused|"
        "refuses",
        "login|sign_in|authentication|sso failure*|outage|loop|problem*|issue*|error*",
        "not ~2 accept* ~2 password*|credentials|login|code", "logged_out ~4 not",
        "logs|logging|kicks me|us|everyone|users out", "logging_in ~3 {fails}", "can not_login",
        "access_denied|no_access ~2 everyone|all|anything|since",
        "password|credentials ~3 not_accepted|rejected|not_work*|stopped_working|refused",
    ),
    "data loss": (
        "{data} ~5 vanish*|disappear*|wiped|erased|lost|evaporated|zeroed|destroyed|overwritten|purged|"
        "corrupt*|nowhere|blown_away|scrambled|garbled|nuked|got_deleted|been_deleted|were_deleted|"
        "was_deleted|are_deleted|trashed|dropped",
        "{data} is|are|have|has|all|just|suddenly|been|completely|were|was ~2 gone|deleted|empty",
        "lost|losing|wiped|erased|destroyed|corrupt*|overwrote|purged|nuked|clobbered|ate|eaten|"
        "swallowed ~4 {data}",
        "deleted|deletes|deleting|removed|dropped ~2 all|our|everything|every|customer|production|"
        "thousands|hundreds ~2 {data}",
        "data_loss|loss_of_data|data_corruption|corrupted|corruption|lost_data",
        "lost everything|all_of_it|all_my|all_our|months|weeks|days|hours",
        "everything ~4 wiped|erased|deleted|gone|vanish*|disappear*", "all gone", "gone all",
        "wiped|erased out?|clean|everything", "where did|have|has ~4 {data} ~2 go|gone|went",
        "where are ~3 my|our ~2 {data}", "emptied|truncated|dropped ~3 table*|database|db",
        "backup* ~4 {fails}|gone|missing|unrecoverable|overwritten|corrupt*", "unrecoverable|irrecoverable",
        "rolled_back|reverted|reset|jumped_back ~4 week*|month*|days|year*|yesterday|scratch|zero",
        "zero|0|no orders|customers|records|projects|contacts|files|data ~2 left|anymore|any_more|"
        "remain*|shown|showing",
        "can_not_find any|all ~2 {data} anymore|any_more", "account* ~2 emptied|wiped",
        "data ~2 gone|missing|vanished",
        "inbox|library|drive|vault|disk|table|cart|crm|board ~4 emptied|wiped|erased|vanish*|corrupt*",
    ),
    "wrong data": (
        "{data} ~3 missing|wrong|incorrect|incomplete|mixed_up|duplicated|swapped|out_of_sync|stale|"
        "mismatch*|inconsistent",
        "wrong|incorrect|missing|duplicate|duplicated|inconsistent|bogus ~2 data|numbers|totals|figures|"
        "values|amounts|records|orders|entries|balance|balances|customers|prices|results|stock|"
        "quantities|rows|invoices|addresses|files",
        "numbers|totals|figures|balance|prices|price|stock|amounts|values|sums|statistics|quantities|"
        "readings ~3 wrong|off|incorrect|zero|negative|nonsense|garbage|do_not_add_up|not_match*|"
        "not_add_up|doubled|rubbish",
        "not sav*|persist*|stored", "not ~2 saved",
        "lost|loses|losing|lose ~2 changes|edits|form|draft|progress|input",
        "changes ~3 lost|gone|discarded|disappear*|not_sav*|reverted", "sent|going|goes|went to_the? wrong",
        "accidentally|mistake* ~2 deleted|removed|erased|wiped", "deleted|removed ~3 accident*|mistake",
        "save ~2 {fails}", "saving ~2 {fails}", "my|our ~2 {data} ~2 gone|missing|disappeared",
    ),
    "security": (
        "hacked|hack|hacker*|hacking|hijack*|ransom*|malware|trojan|pwned|defaced|spyware|keylogger|"
        "cryptominer|backdoor*",
        "breach*|data_breach|intrusion|intruder*|infiltrat*", "leak|leaks|leaked|leaking|leakage|leaky",
        "compromised|exfiltrat*",
        "xss|sql_injection|sqli|csrf|ssrf|rce|remote_code_execution|idor|zero_day|0day|"
        "privilege_escalation|cve",
        "vulnerabilit*|exploit|exploited|exploits|exploitable|security_hole|security_flaw|security_bug|"
        "security_issue|security_problem|security_incident|security_gap|auth_bypass|security_breach|"
        "loophole",
        "unauthori?ed|unauthorized|unauthorised access*|login*|transaction*|charge*|user*|person*|people|"
        "change*|transfer*|purchase*|entry",
        "see|sees|seeing|saw|view|views|viewing|access|accessing|shows|showing|shown|showed|show|read|"
        "open|got|get|getting|given|receive*|receiving|into|display* ~4 {other} ~3 customer*|user*|"
        "person|people|peoples|account*|data|order*|profile*|invoice*|company|companies|patient*|"
        "student*|name|names|address*|email*|message*|client*|tenant*|member*|document*|files|file|"
        "details|info*|inbox|cart|card*|record*",
        "someone|somebody|stranger|strangers|anyone|anybody|everyone|outsiders|others|public|competitor* "
        "~3 see|sees|read|access*|download*|view*|open|get_into|log_into|delete ~4 my|our|all|any|"
        "private|other|data|files|customer*|internal|invoice*|without|everything|the",
        "logged|logs|log|signed ~4 as|into {other} ~3 account*|user*|person|profile|customer*|else",
        "logged_in as|into ~1 {other}|someone",
        "{other} customer*|user*|person*|people|peoples ~2 data|orders|details|account*|invoice*|info*|"
        "address*|files|photos|emails|names|messages|documents",
        "password*|credentials|secret*|token|tokens|api_key|api_keys|keys|card_numbers|private_key|"
        "customer_data|personal_data|medical_records|ssn ~5 plain_text|plaintext|clear_text|cleartext|"
        "visible|exposed|leak*|public*|stolen|github|readable|open|google|dumped|unencrypted|url",
        "exposed|expos*|publicly|public|visible ~5 data|password*|credentials|secret*|token*|key|keys|"
        "bucket|database|customer*|endpoint*|personal|internal",
        "publicly|open|exposed accessible|visible|available|readable|downloadable|to_the_internet|"
        "to_everyone",
        "without ~2 password|login|logging_in|authentication|auth|authorization|permission*|"
        "authorisation ~3 access*|see|open|download|read|view",
        "access*|see|open*|download*|read|view|get_in|log_in|logged_in|enter|data|documents|invoices ~6 "
        "without ~3 password|login|log_in|logging|authentic*|auth|authoriz*|permission*|account|2fa|mfa",
        "stole|stolen|stealing|steals|theft|identity_theft",
        "account* ~4 taken_over|stolen|takeover|broken_into|compromised",
        "broke|broken|breaking|got into ~2 account*|system*|server*|database",
        "privacy|gdpr violation|breach|incident",
        "someone|somebody|stranger|hacker* ~4 changed|logged|used|using|transferred|reset|accessed|took "
        "~3 my|our|account*|password*|card*",
        "password ~3 changed ~3 not|without|someone",
        "anyone|everyone ~1 with_the? ~1 link|url ~3 see|access|open|read",
        "not me|by_me ~1 logged|login|who",
        "did_not|never ~3 authorize*|authorise*|initiate|request ~3 login|transfer|withdrawal|password|"
        "change|transaction|charge",
        "permission* ~3 bypass*|ignored|not_enforced|not_checked",
        "bypass* ~4 login|auth*|password|permission*|2fa|security|paywall",
    ),
    "security worry": (
        "suspicious|weird|strange|unknown|unrecognized|unrecognised|unusual|foreign|unfamiliar ~1 login*|"
        "log_in*|sign_in*|activity|device*|session*|ip|ips|access*|charge*|transaction*|user*|account*|"
        "email*|link*|file*|process*",
        "phish*|scam|scammer*|scammed|fraud*|spoof*|impersonat*|virus|infected",
        "security concern*|risk*|alert*|warning*|report*|vulnerab*|threat*|advisory",
        "sending|sends|sent|send spam",
        "brute_force*|bots|bot_attack|under_attack|attack|attacked|attacks|attacking|attackers",
        "log_in|login|logged_in|logging_in|sign_in ~4 russia|china|another_country|nigeria|vietnam|"
        "abroad|unknown|somewhere_else|not_me",
        "insecure|unencrypted|not_encrypted|not_secure|unsecured",
    ),
    "payment failure": (
        "charg*|bill|bills|billed|billing|debited|debits|paid|pay|deducted|deducts|withdrew|withdrawn|"
        "took|taken|invoiced|pulled|hit|payment*|card|money|account|amount|subscription|customer*|fee ~5 "
        "twice|double|two_times|three_times|3_times|2_times|multiple_times|thrice|2x|3x|x2|x3|four_times|"
        "several_times|many_times|times_in_a_row|doubled|duplicate*|second_time",
        "double|duplicate|duplicated|triple|extra|twice|wrongly|incorrectly|mistakenly|wrong ~1 charg*|"
        "billing|bill|billed|payment*|debit*|invoiced|charged",
        "charg*|billed|debited|deducted|taken|withdraw* ~6 cancel*|never|without|did_not|wrong|too_much|"
        "extra|even_though|unknown|despite",
        "cancel* ~6 charg*|billed|debited", "overcharg*|over_charged|overbilled",
        "charged for ~4 cancel*|not|never", "charged|billed|debited me|us ~4 instead",
        "still|keep|keeps|keep_on ~1 charging|billing|being_charged|getting_charged|charged|billed",
        "{pay} ~4 {fails}|gone|not_accept*|disabled",
        "{cannot} ~2 pay|check_out|checkout|purchase|order|buy|place|complete|subscribe|charge|finish|"
        "submit|accept|take|process|collect|sell ~3 order|orders|payment*|purchase*|checkout|anything|"
        "card*|money|booking|subscription|with|my|customers|for",
        "{cannot} pay|checkout|check_out|purchase|buy|sell",
        "checkout|check_out|payment|payments|billing ~2 problem*|issue*|bug|outage",
        "money ~5 gone|taken|missing|disappear*|vanish*|lost|not_arriv*|stuck|deducted|not_credited|"
        "debited|left",
        "paid|payment* ~8 not|no|never|nothing|still|without|but ~4 receiv*|activat*|got|get|order|"
        "confirm*|unlock*|upgrad*|arriv*|credited|show*|access|locked|pending|register*|reflect*|free",
        "payment|charge|transfer|payout|withdrawal ~3 not ~1 mine|authorized|made|arriv*|receiv*|credited",
        "customers|clients|users|people|shoppers ~2 {cannot} ~1 pay|buy|order|purchase|check*",
        "not ~2 accept*|process*|take|taking ~2 payment*|card*|orders|money|paypal",
        "nobody|noone ~3 buy|pay|order|purchase|checkout|check_out",
        "orders ~3 not_com*|not_go*|stopped|not_process*|not_placed|fail*|not_being|stuck|bounc*",
        "no orders ~3 coming|today|since|in|went_through|processed",
        "payout*|payroll|salaries|wages|transfers ~4 not|missing|never|{fails}|late|delayed",
        "all|every ~2 payment*|order*|transaction*|card* ~2 {fails}",
    ),
    "payment trouble": (
        "invoice*|bill|receipt|statement ~4 wrong|incorrect|missing|error*|too_high|not_match*|overdue|"
        "mistake|different|twice|not_arriv*|not_receiv*|never_came|blank",
        "wrong|incorrect|missing|overdue ~1 invoice*|bill|receipt|vat|tax|price|amount|plan|charge",
        "refund* ~5 not|never|still|missing|waiting|pending|where|denied",
        "refund|refunded|chargeback|money_back|reimburse*",
        "card ~3 declined|rejected|refused|not_accept*|not_work*", "wrong amount|price|plan|currency",
        "promo*|coupon|discount|voucher|gift_card ~4 not|{fails}|invalid|rejected",
        "order ~4 not|never ~2 arriv*|receiv*|deliver*|ship*|confirm*",
        "subscription ~4 cancel*|expired|not|wrong|{fails}|inactive|still",
        "charged ~4 wrong|more|too|vat|tax", "payment|charge|billing question|pending",
    ),
}
