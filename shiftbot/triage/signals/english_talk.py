"""English signals around a problem: asking, imagining, calming, resolving, small talk."""

# fmt: off

WORDS: dict[str, tuple[str, ...]] = {
    "feature request": (
        "feature_request|feature_idea|feature_suggestion|enhancement|wish_list|wishlist",
        "would|will|might ~1 be ~2 nice|great|cool|awesome|helpful|useful|lovely|good|amazing|handy|"
        "fantastic|better ~3 if|to|have|feature",
        "would|id love|like|appreciate|prefer ~3 to_see|to_have|if_you|option|feature|ability|support_for|"
        "an|a",
        "could|can|would|will you ~2 add|implement|support|consider|introduce|include|build|offer",
        "please|pls|kindly ~1 add|implement|support|consider|include|introduce|make_it_possible|offer",
        "i|we wish", "any|do_you|are_there plans|plan|planning ~3 to|for|support|add",
        "suggest|suggestion|suggestions|idea|proposal|feedback ~2 for|to|add|that|you|is|would|a",
        "it_would_be nice|great|cool|helpful", "should have|support|offer ~2 option|feature|dark|button|way",
        "dark_mode|roadmap|road_map|new_feature",
        "need|want|missing ~2 option|feature|integration|support_for|ability|setting|filter",
        "support|integrate for|with ~3 would|please|planned",
        "can we have|get ~2 option|feature|button|dark|way|export|filter",
    ),
    "how to": (
        "how do|can|could|to|would|should|does|did ~1 i|we|you|one|it|this|the|set|change|use|get|add|"
        "create|find|make|reset|delete|export|import|connect|enable|disable|configure|invite|cancel|update",
        "where do|can|is|are|could|would|should ~1 i|we|the|my|you|one",
        "what is|are|does|do|s ~2 difference|best|meaning|mean|limit|price|pricing|cost|the|a|your",
        "is_there|are_there ~2 way|option|possib*|documentation|docs|guide|tutorial|example*|feature|"
        "setting|plan|discount|limit|api",
        "is_it_possible|possible_to",
        "can_you_explain|could_you_explain|please_explain|explain_how|tell_me_how|show_me_how|wondering|"
        "curious|just_asking|quick_question|question_about|a_question|have_a_question|got_a_question|"
        "one_question|question",
        "does|do|did|can|will ~3 support|include|offer|have|allow|integrate",
        "do|does you|the|your|it|i|we ~2 offer|have|support|provide|need|accept|use|work_with",
        "which|who|when|why|whose", "how much|many|long|often|come|far", "can|may|could|should i|we",
        "what_time|what_are|opening_hours|pricing|documentation|docs|tutorial",
        "need|like|want to_know|know|help_with|help_setting|information|info",
        "forgot|forgotten ~2 password|login|username|pin", "reset|change|recover ~2 password|email|username",
    ),
    "complaint": (
        "terrible|horrible|awful|worst|disappoint*|frustrat*|annoy*|unacceptable|ridiculous|pathetic|"
        "useless|garbage|trash|crap|sucks|hate|unhappy|dissatisf*|angry|furious|joke|fed_up|sick_of|"
        "unprofessional|rubbish|not_happy|waste",
        "thanks_for_nothing", "no response|answer|reply",
        "cancel ~3 account|subscription|contract|membership|plan",
    ),
    "praise": (
        "love|awesome|great|amazing|fantastic|excellent|perfect|brilliant|wonderful|nice|super|well_done|"
        "good_job|great_job|great_work|kudos|best|happy|impressed|appreciate*|congrat*|enjoy*|like_the|"
        "like_your|beautiful",
    ),
    "hypothetical": (
        "what happens|would_happen|will_happen|happen|to_do|do_we_do|should_i_do|should_we_do|do_i_do ~3 "
        "if|when|in",
        "what_if", "if ~5 goes|go|went|should|ever|would|were",
        "in_case|in_the_event|in_the_case|worst_case|suppose|supposing|hypothetical*|theoretical*|imagine|"
        "let_us_say|scenario",
        "how do|does|would|will|are ~2 you|your|we|it|team ~3 handle|protect|prevent|deal|notify|detect|"
        "guard|avoid|ensure|secure|inform|communicate|back_up|recover",
        "policy|policies|procedure*|disaster_recovery|plan|guarantee*|sla|process|documentation|docs|"
        "checklist|runbook ~4 for|on|in|about|regarding|around|if|when",
        "do you ~2 offer|have|provide|keep|guarantee|support|do ~3 protection|backup|backups|sla|uptime|"
        "alert*|monitor*|insurance|security|encryption|status|failover|redundan*",
        "read|article|news|heard|blog|tweet|book|movie|film|course|webinar|podcast|talk ~4 about|on|that",
        "would|might it|the|we|our|i|you ~3 if",
        "scheduled|planned|upcoming maintenance|outage|downtime|down_time|shutdown",
        "is|are|will the|your|our|this ~3 down|offline for ~1 maintenance",
        "write|writing|doing ~3 article|essay|paper|report|thesis|postmortem|post_mortem|blog",
        "prepare|preparing|training|drill|exercise|tabletop", "never had|have|been|seen|experienced ~3",
        "how likely|often|safe|secure|vulnerable", "lessons_learned|root_cause|postmortem|post_mortem|rca",
        "will|would ~5 be ~1 down|offline|unavailable|affected",
        "get|be|getting|being notified|alerted|informed|warned ~1 when|if",
        "alert|alerts|notify|notification|notifications|warn|warning|monitor|email|message|ping|inform ~4 "
        "when|if|whenever|once|before ~6",
        "switched|migrated|moved|came ~4 from|to|because",
        "old|previous|former|last ~1 provider|system|shop|platform|app|website|software|vendor|host|hoster|"
        "tool|system",
        "without ~2 going_down|crashing|downtime|data_loss|losing",
        "if ~3 crashes|fails|breaks|dies|loses|gets ~1", "if ~2 get|gets|got hacked|breached|compromised",
        "docs|documentation|changelog|release_notes|manual|faq ~1 say|says|mention|mentions|state|states|"
        "list|lists",
    ),
    "past": (
        "was|were|had|did|went|got|crashed|failed|experienced ~8 yesterday|last_night|last_week|last_month|"
        "last_year|days_ago|weeks_ago|months_ago|hours_ago|on_monday|on_tuesday|on_wednesday|on_thursday|"
        "on_friday|on_saturday|on_sunday|earlier|the_other_day|over_the_weekend|this_morning|back_then|"
        "once|a_while_ago|briefly|for_a_moment|for_a_minute|for_a_second",
        "yesterday|last_night|last_week|last_month|last_year ~8 was|were|had|went|crashed|failed", "used_to",
        "historical*|previously|in_the_past",
    ),
    "calm": (
        "not|no|nothing|non|never|less ~2 urgent|urgently|urgency|rush|hurry|emergency|critical|blocking|"
        "blocker|big_deal|priority|serious|dramatic|pressing|important|asap|showstopper|major",
        "whenever you|u|it|there|possible|convenient",
        "when_you_have_time|when_you_have_a_minute|when_you_get_a_chance|when_time_permits|when_convenient|"
        "at_your_convenience|take_your_time|in_your_own_time|low_priority|low_prio|p3|p4|minor|cosmetic|"
        "tiny|trivial|nitpick|nit|small_thing|small_issue|small_bug|little_bug|just_fyi|fyi|heads_up|"
        "nice_to_have|no_worries|can_wait|could_wait|no_pressure|no_big_deal|not_a_big_deal|no_biggie|"
        "low_impact",
        "workaround|work_around|found_a_way|managed_to|works_in|works_on|works_with|works_after|works_if_i|"
        "refresh* ~2 helps|helped|fixes|fixed",
        "only|just me|mine|my|one|for_me|affects_me|a_single",
        "sometimes|occasionally|rarely|once_in_a_while|now_and_then|from_time_to_time",
    ),
    "test system": (
        "staging|stage_env*|test_server|test_system|test_env*|test_environment|dev_server|dev_env*|"
        "dev_environment|sandbox|localhost|local_machine|my_laptop|test_account|qa_env*|qa|preprod|"
        "pre_prod|uat|demo_account|demo_environment|non_production|nonprod|dev_instance|test_instance|"
        "playground|beta",
    ),
    "own network": (
        "my|our ~1 internet|wifi|wi_fi|router|isp|home_network|provider|connection|phone|laptop|battery|"
        "electricity",
        "github|aws|google|facebook|whatsapp|slack|twitter|instagram|cloudflare|netflix|azure|telegram|"
        "youtube|zoom|spotify|openai|chatgpt is|was|are|seems|down ~2",
        "competitor* ~3 is|are|was|were|has|have|down|site|app",
        "the|my|our|office|home wifi|internet|wi_fi|router|isp|network ~4 down|slow|broken|out|dead",
    ),
    "sales talk": (
        "crypto|airdrop|bitcoin|btc|casino|forex|giveaway|free_nft|nft|earn_money|make_money|"
        "passive_income|investment|invest|unsubscribe|newsletter|sale|off_all|promo|backlinks|seo|"
        "guest_post|webinar|click_here|click_the_link|sponsor*|special_offer|limited_offer|buy_now|loan|"
        "loans|viagra|onlyfans|dm_me|partnership|collaboration|our_agency|recruit*|job_opening|hiring|"
        "vacancy|followers|subscribe_to|sign_up_now",
    ),
    "only a test": (
        "this_is_a_test|this_is_only_a_test|just_a_test|just_testing|only_testing|test_message|"
        "testing_testing|testing_the_bot|testing_this_bot|testing_the_alert*|test_test|ignore_this|"
        "please_ignore|test_alert|drill|fire_drill|april_fool*|just_kidding|i_am_kidding|just_joking|only_a_drill",
    ),
    "resolved": (
        "work|works|worked|working|runs|running|loads|loading|fine ~2 again|now|fine_now|perfectly|"
        "as_expected|like_a_charm|properly_now|normal_again|normally",
        "back up|online|to_normal|again|now|in_business|working",
        "is|are|am|we ~1 back ~1 up|online|now|again|in", "{sys}|it is|are|came|seems|looks back",
        "up_and_running|up_again|online_again|live_again|good_again|good_now|fine_again|ok_again|"
        "okay_again|fine_now|ok_now|okay_now|all_good|all_fine|all_ok|all_clear|all_set|all_okay|"
        "good_to_go|looks_good_now|looking_good|back_to_normal|sorted_now|all_sorted|sorted_it|stable_now|"
        "stable_again",
        "is|are|been|was|got|now|already|it|been|issue|problem|all ~2 fixed|resolved|solved|sorted|"
        "restored|recovered|repaired|cleared_up|cured",
        "fixed|resolved|solved|sorted|recovered now|itself|it|already|thanks|thank|on_its_own|by_itself|"
        "after|by|with|here",
        "seems|appears|looks|got|gets ~2 fixed|resolved|solved|sorted",
        "fixed|solved|resolved , thanks|thank|thx",
        "never_mind|nevermind|nvm|false_alarm|my_bad|my_mistake|my_fault|my_own_fault|user_error|disregard|"
        "ignore_my|ignore_that|ignore_the_above|please_ignore_my|scratch_that|forget_it|forget_about_it|"
        "forget_what|figured_it_out|found_it|found_the_problem|got_it_working|was_wrong_sorry|"
        "operator_error|mea_culpa|i_was_wrong|wrong_password_sorry|wrong_channel|wrong_chat|wrong_group|"
        "caps_lock",
        "not ~2 down|broken|happening|affected|slow|an_issue|a_problem|failing|crashing|reproducible ~1 "
        "anymore|any_more|any_longer",
        "no_longer ~2 down|broken|happen*|issue|problem|slow|affected|crash*|fail*|occur*|see|seeing|"
        "getting|get|reproduc*|need|an",
        "can|could|able_to ~1 log_in|login|access|see|pay|work|connect|use|sign_in|get_in|open|load ~3 "
        "again|now",
        "log_in|login|logged_in ~1 again|now|works",
        "problem|issue|error|bug|it|that|outage|incident|this ~2 is|has|went|s ~1 gone|over|away|"
        "disappeared|resolved|fixed|solved",
        "{sys} ~2 up", "deployed|shipped|pushed|released|rolled_out ~2 fix|hotfix|patch", "rolled_back ~3",
        "no|any issue|issues|problem|problems|error|errors ~1 anymore|any_more|now|since|so_far",
        "came_back|is_back_up|are_back|came_up|back_in|got_in|found_them|they_are_back|data_is_back|"
        "restored|recovered",
        "all_working|everything_works|everything_ok|everything_is_fine|everything_fine|everything_is_ok|"
        "everything_is_back",
        "it|that|everything|all|now works", "issue|problem|case|bug solved|resolved|fixed|closed",
        "is|are ~1 over",
        "it_is_fine|it_is_ok|it_is_okay|it_is_good|all_is_well|all_well|fine_after_all|solved_it|fixed_it",
        "outage|problem|incident over",
    ),
    "works for me": (
        "works|working|fine|ok|okay|loads|loading|good ~1 for_me|for_us|here|on_my|from_here|on_our",
        "works_for_me|wfm|no_problem_here|no_problems_here|no_issue_here|no_issues_here|can_not_reproduce|"
        "fine_here|ok_here",
    ),
    "human": (
        "talk|speak|chat|connect*|transfer|contact|reach|escalate|switch|get_through|forward|put_me|hand|"
        "pass ~3 with|to ~3 human|person|agent|someone|somebody|engineer|representative|rep|operator|"
        "manager|supervisor|support|technician|developer|staff|people|employee|specialist",
        "real|actual|live|human ~1 person|human|agent|being|support|operator|help|rep",
        "get|give|want|need|call|send|find|bring|require me|us|for? ~3 a|an|the|real|some human|person|"
        "agent|engineer|manager|operator|supervisor|technician|representative",
        "want|need|get|give|like ~2 human|humans",
        "human|agent|operator|representative please|pls|now|needed",
        "call|phone|ring me|us ~1 back|now|please|asap|immediately|on", "not ~2 bot|robot|machine|ai|chatbot",
        "stop|hate|no|enough|stupid|useless ~3 bot|robot|bots|chatbot|automated|automatic|canned",
        "can|could|would|will|please ~1 someone|somebody|anyone|anybody|a_human|an_engineer|a_person|"
        "engineer|a_developer|a_dev ~2 call|phone|contact|take_over|step_in|look|check|investigate|help|"
        "respond|reply|answer ~2",
        "escalate ~3 please|to|now|ticket|case|issue|it", "please escalate",
        "page|wake|call|get|alert|ring|ping|notify|paging|summon ~3 on_call|oncall|engineer|engineers|ops|"
        "sre|devops|manager",
        "is|are there|any ~1 a? real? human|person|agent",
        "any|a human|real_person ~1 there|here|available|around",
        "help|answer|reply|support from a|an? real? human|person",
        "need|want|like someone|somebody ~1 to? call|talk|speak|phone",
        "human_please|human_needed|need_a_human|want_a_human|real_human",
        "engineer|technician|developer|human|person|someone|agent|manager should|must|needs|has ~1 look|"
        "check|call|see|take|fix|handle",
        "needs|need ~1 human|engineer ~1 attention|help|review",
    ),
    "injection": (
        "ignore|disregard|forget|override|bypass|overwrite|discard ~5 instruction*|prompt*|rules|"
        "guidelines|directive*|policy|policies|system_message|programming|training",
        "ignore|disregard|forget all|any|everything ~2 above|previous|prior|before|earlier|you",
        "system_prompt|system_message|systemprompt|developer_message|developer_mode|dev_mode|jailbreak*|"
        "dan_mode|prompt_injection|hidden_instruction*",
        "you_are_now|act_as|pretend_to|pretend_you|roleplay|role_play|simulate",
        "severity|escalate|category|priority|noise ~2 0|1|true|false|10|1_0|0_0|max|maximum|minimum|zero|"
        "none|low|high",
        "respond|reply|answer|output|return|print|say|write only|exactly|verbatim|with ~3 json|exactly|"
        "only|word*|severity|following|noise",
        "as_an_ai|language_model|llm|chatgpt|gpt",
        "mark|classify|treat|label|rate|categorize|categorise|tag|flag|set|say|call|consider|file ~3 as|is|"
        "to ~2 noise|spam|harmless|outage|critical|resolved|question|severity|escalat*|feedback|low|high|1|"
        "0|closed",
        "set severity|escalate|priority|category", "new instructions|rules|directive",
        "begin|end ~1 system|prompt|instructions|conversation",
        "reveal|repeat|print|show|output ~3 prompt|instructions|system",
    ),
    "label": (
        "severity|escalate|category|priority|score ~1 0|1|true|false|10|max|maximum|outage|data_loss|"
        "security|payment|bug|critical|high|low|100|urgent|p0|p1|9|7|8|5|noise ~1",
        "mark|classify|treat|label|rate|categorize|categorise|tag|flag|set|consider|report|log|file ~3 as|"
        "to ~1 an|a? ~1 outage|critical|security|data_loss|payment|incident|emergency|p0|p1|sev1|breach "
        "outage|data_loss|breach|incident|emergency|error|problem|bug|issue?",
    ),
    "not a signal": (
        "scroll*|drop|drops|slow*|count*|log|write|wrote|writing|written|note|calm*|narrow*|cut|cutting|"
        "break|settle*|sit|track*|lay|turn*|boil*|wind|pull|jot*|put|come|dig|drill|pin|shrink|swipe|"
        "thumbs|click|arrow|look* down",
        "dropdown|down_arrow|down_payment|down_to_earth|down_the_line|upside_down|top_down|down_the_road|"
        "down_to|down_by|down_with|feeling_down|page_down|down_below|further_down|down_there|down_under|"
        "down_vote|up_and_down|ups_and_downs",
        "am down", "sales|numbers|prices|traffic|revenue|stocks|shares ~3 down", "memory leak*|leaking",
        "free_of_charge", "virus scan*|scanner|protection", "breaking news|changes",
        "hackathon*|growth_hack*|life_hack*|hacktoberfest|hacker_news",
        "errors_free|bug_free|error_free|issue_free|hassle_free|trouble_free",
        "no problem|problems|worries|issue|issues , |at_all|thanks|thank",
        "bug bounty|report|reports|tracker|fixes|fix", "issue|problem tracker|solving|statement",
        "lost in_translation|for_words|on_how|on_where|and_found|track|weight",
        "missing out|you|something_obvious|anything", "what am_i missing|doing_wrong",
        "help center|centre|desk|page|pages|article*|docs|doc|menu|section|text",
        "error handling|message_text|page_design|codes_list|budget", "wrong with_me",
        "gone well|live|through|to|up|great|smoothly", "critical thinking|acclaim|review",
        "fast|quickly|quick response|reply|support|answer|question|help", "for ~2 quick|fast",
        "major version|release|league",
        "404|500|403 dollars|euros|usd|eur|users|people|characters|items|rows|words|employees|requests|mb|"
        "gb|px|customers|orders",
        "over|about|around|than|to 500|404|400",
        "checkout_the|check_out_this|check_out_our|check_out_the|check_out_my|check_out_new",
        "not_only|not_just|not_to_mention|not_even", "hanging_out|hang_out|hang_on|hang_in_there|hang_tight",
        "delete|close|remove my|our account|data", "due to|date|dates|diligence",
        "thanks|thank_you|thx|thank ~2 for ~3 help|helping|fix|fixing|resolving the|our|that|this? outage|"
        "problem|issue|bug|error|crash|login|checkout|downtime|incident|leak|vulnerability?",
        "with_your_help|your_help|for_help|of_help|helps|be_helpful", "wait time|list",
        "lost|forgot|forgotten my? password|phone|key",
        "change_log|changelog|audit_log|problem_solved|no_problem", "back up|ups files|data|my|our",
        "outage email|mail|report|notice|page|notification|announcement|message|post|newsletter|banner",
        "zero|no|minimal|low downtime|data_loss|outages|errors|issues|down_time|delay|delays",
        "link|bug|error in_the_docs",
    ),
    "doubt": (
        "can|could|would|will|do|does|should|are_there|is_there|have_you|has_there|did|is|are|was|were|am|"
        "may|might",
    ),
    "no doubt": (
        "why|anyone|anybody|else|again|still|what_is_going_on|what_is_happening|whats|going_on|when_will|"
        "when|fix|please|wtf|can_you|could_you|would_you|will_you|noone|nobody|seeing|aware|happening|"
        "is_it_just|just_me|since|suddenly",
        "what_happened|what_is_wrong|what_is_up|did_we|did_you",
    ),
    "transparent": (
        "a|an|any|the|really|actually|been|be|it|is|was|are|were|that|very|so|quite|totally|completely|"
        "entirely|currently|more|longer|think|seem|seems|to|have|has|had|there|get|getting|see|seeing|seen|"
        "experience|experiencing|having|real|such|signs|sign|of|our|my|your|customer|production|need|want|"
        "i|we|for|do|fully|yet|being|about|report|reporting|mean|say|saying|all|this|major|single|evidence|"
        "find|found|other|suffered|noticed|talking",
    ),
}
