"""What cannot be called back: life and safety, people who wait on the spot, things that run and cannot be stopped."""


# fmt: off

MACROS = {
    "safety": (
        "fire_alarm|fire_alarms|smoke_detector|smoke_detectors|alarm_system|panic_button|emergency_button|"
        "emergency_call|emergency_calls|emergency_line|emergency_stop|sprinkler|defibrillator|ventilator|"
        "pacemaker|insulin|glucose|dialysis|oxygen|infusion|dosage|dose|medication|allergy|allergies|"
        "heart_rate|ward_monitor|nurse_call|baby_monitor|gas_sensor|burglar_alarm|brakes|crane|elevator"
    ),
    "unfit": (
        "no_longer|stopped|fail|fails|failed|failing|wrong|dead|silent|offline|missing|lost|broken|stuck|off|"
        "not_trigger*|not_ring*|not_work*|not_sound|not_go|not_respond*|not_show*|no|swapped|mixed_up|delayed"
    ),
    "ident": (
        "ssn|passport|salary|diagnosis|phone_number|home_address|birthdate|birthdates|birthday|iban|"
        "card_number|card_numbers|tax_file|tax_return|medical_file|payslip|bank_details|test_results|x_rays"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "outage": (
        "{safety} ~3 {unfit}", "nothing ~2 synced|sync|arrived|worked|loaded|updated|printed|moved|processed|delivered "
        "~1 for|since|in", "can_not|unable_to|not ~1 stop|abort|cancel|recall ~5 going_out|sending|running|being_sent",
        "primary|database|server|cluster|master|mainframe|backend|datacenter|storage|vpn|firewall|router is|are gone|"
        "dead|toast|fried|burnt|flooded|on_fire",
        "killed|broke|breaks|destroyed|crippled|bricked ~3 integration|integrations|shop|store|site|website|"
        "checkout|workflow|workflows|production|business|login|api|everything",
        "notruf|brandmelder|alarmanlage|beatmung|infusion|rauchmelder|notfallknopf ~4 nicht|ausgefallen|keine|"
        "kein|tot|falsch*",
        "alarma|botón_de_pánico|respirador|emergencias|dosis|insulina ~3 no|falla*|caíd*|equivocad*|incorrect*",
        "сигнализаци*|тревожн*|датчик* ~3 не|молч*|отказ*|отключ*",
    ),
    "core broken": (
        "miss|misses|missed|missing ~3 deadline|window|cutoff|cut_off|slot|flight|train|filing|launch|payday|tender",
        "submit|send|save|pay|buy|order|checkout|publish|upload|login button|form|page ~1 does|do|will not|nothing ~1",
        "verpassen|versäumen ~3 frist|termin|abgabe", "perder|perdemos|perderemos ~3 plazo|vuelo|entrega",
        "пропустим|сорвем|срываем|сорвется ~3 срок*|дедлайн|сдач*|поставк*",
    ),
    "business impact": (
        "auditors|auditor|inspectors|inspector|investors|police|minister|board|press|tv|journalists|customs|judge|"
        "court|lawyers|regulator|regulators ~2 here|waiting|waits|arrive|arrives|site|room|door|calling|"
        "coming|asks|asking",
        "with|have|having nothing ~1 to ~1 do", "live ~1 on ~1 tv|air|stage|television",
        "miss|misses|missed|missing ~3 deadline|window|cutoff|slot|flight|filing|launch|payday|tender",
        "prüfer|finanzamt|polizei|notar|gericht ~3 wartet|warten|da|hier|steht", "auditores|inspección|"
        "policía|notario|juez "
        "~3 esperando|aquí|espera|viene*", "аудитор*|проверк*|полици*|нотариус|суд|налогов* ~3 жд*|здесь|приш*|пришл*",
    ),
    "deadline": (
        "closes|ends|expires|opens|starts|due|begins tonight|today|soon|shortly|now|at_noon|at_midnight",
        "black_friday|cyber_monday|christmas_sale|launch_day|election_day|exam_day|opening_day",
    ),
    "many people": (
        "all|whole|entire ~1 of? accounting|sales|finance|hr|marketing|engineering|support|logistics|operations|"
        "legal|it|production|management|purchasing|warehouse|reception|billing|dispatch|payroll",
        "users|customers|clients|members|students|patients|parents|tenants report|reports|reported|complain|"
        "complaining|call|calling|are_calling|keep_calling",
    ),
    "data loss": (
        "delete|deletes|deleted|deleting|removed|wiped|cleared|erased|lost|dropped|ate everything|all_of_it|it_all ~2",
        "{store}|project|folder|note|chapter|thesis|everything ~6 no_longer exist|exists|there|available",
        "nothing|none ~2 left|remains|remained|recoverable|restorable", "bulk|mass|accidental ~1 delete|"
        "deletion|update ~1 ran|"
        "run|executed|hit|started|on", "dropped|lost|deleted|truncated|overwrote|overwrites ~3 rows|prices|entries|"
        "tables|thousands|hundreds|columns|values|stock", "everything|all|work|changes ~4 since|from|"
        "after ~4 lost|gone|missing|vanished",
        "every|all|each ~1 note|notes|page|pages|file|files|document|documents|record|records|entry|entries|photo|"
        "photos ~6 blank|empty|corrupt*|unreadable|gone|garbage|scrambled|lost",
    ),
    "security": (
        "{ident} ~2 of ~1 another|other|others|somebody|someone|strangers|people|a_different", "told|gave|give|gives|"
        "showed|shows|sent|opens|open|read ~2 somebody_is|someone_is|somebody_elses|another|other_people_is|"
        "other_people",
        "ex|former|fired|dismissed|sacked ~1 contractor|employee|admin|intern|partner|colleague|developer|staff ~3 "
        "downloaded|copied|stole|took|deleted|has|exported|logs|logged|used|uses|still|can",
        "spent|used|bought|withdrawn|transferred|drained|emptied ~4 by ~1 someone|somebody|unknown|stranger|"
        "strangers|hacker*",
        "address|number|phone|device|email i|we do|did not ~1 know|recognise|recognize|own|add", "i|we|nobody|"
        "noone did|here|"
        "have not|never|did|made ~1 do|did|made|make|change|that|this|it ~1 password|payment|payments|order",
        "changed|reset|replaced ~3 , i|we did|have not|never ~1", "users|customers|people|members ~3 logged|"
        "signed ~1 in ~1 as ~1 other*|"
        "another|someone|somebody|strangers", "malware|trojan|virus|spyware|ransomware|worm|rootkit ~4 file|"
        "server|site|"
        "download|update|attachment|served|network|laptop|system",
    ),
    "payment failure": (
        "doubled|tripled|inflated|wrong|duplicate|multiplied|swapped ~1 amount|amounts|prices|totals|salaries|"
        "balances ~3 "
        "all|every|everyone|customers|clients|members|went|sent", "charged|billed|debited|"
        "invoiced ~2 for , we|i|instead|although",
        "went|sent ~2 out ~2 doubled|wrong|duplicate|twice", "card|account|credit ~2 maxed|overdrawn|blocked|"
        "empty|drained|"
        "plundered ~1", "overdrawn|overdraft|maxed_out", "refund|refunds|payout|payouts|transfer|transfers|"
        "salaries|money ~3 to "
        "~1 wrong|stranger|strangers|other|someone",
        "pulled|charged|took|billed|debited ~2 full|whole|entire ~1 year|amount|contract instead|again|although",
    ),
    "not a signal": (
        "not|no|is a? drill|joke|exercise|test_alarm", "if|unless|in_case ~5 not ~2 fixed|resolved|solved|"
        "repaired|working|fix|back",
    ),
}
