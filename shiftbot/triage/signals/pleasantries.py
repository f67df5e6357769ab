"""Greetings, thanks and nods in all four languages: a message of nothing else is noise."""

# ruff: noqa: RUF001  (Cyrillic letters are what this table is made of)

# fmt: off

WORDS: dict[str, tuple[str, ...]] = {
    "pleasantry": (
        "thank_you|thanks|thank|thx|thnx|tnx|ty|tysm|tyvm|cheers|ta|many_thanks|emojithanks you|u? a? so|"
        "very|lot|bunch|million|ton? much|kindly? again|everyone|everybody|all|team|guys|folks|mate|man|"
        "bot|shift_bot|shiftbot|in_advance|lot?",
        "for all|the|your|that|this|a? quick|fast|great|kind|super|prompt|swift|good|speedy? help|reply|"
        "response|support|answer|fix|work|update|info|information|heads_up|assistance|service|patience|"
        "effort|time|explanation",
        "hi|hello|hey|hiya|heya|yo|hullo|greetings|howdy|hola|salut|sup|ahoy there|all|everyone|everybody|"
        "team|guys|folks|friends|people|bot|again|world|support? all|everyone|everybody|team|guys|folks|"
        "there?",
        "good|gm|lovely|happy morning|afternoon|evening|day|night|weekend|monday|friday|friyay|holidays|"
        "new_year|easter|birthday|thanksgiving|week to? all|everyone|everybody|team|guys|folks|there|you?",
        "gm|gn|morning|evening|goodnight|goodbye|bye|bye_bye|cya|see_you|see_ya|ciao|farewell|take_care|"
        "ttyl|brb all|everyone|everybody|team|guys|folks|later|soon|tomorrow|monday?",
        "have|enjoy a|the|your? nice|great|good|lovely|wonderful|fantastic|relaxing? day|weekend|evening|"
        "one|night|week|holiday|holidays|vacation everyone|all|too|ahead|team?",
        "ok|okay|okey|okie|k|kk|alright|all_right|cool|great|nice|perfect|awesome|super|wonderful|"
        "excellent|lovely|brilliant|amazing|fantastic|sweet|neat|that_worked|it_worked|works_great|"
        "understood|noted|roger|copy_that|copy|"
        "got_it|gotcha|will_do|sure|sure_thing|yes|yep|yeah|yup|aye|absolutely|indeed|fine|good|"
        "sounds_good|sounds_great|makes_sense|fair_enough|no_worries|np|no_problem|you_are_welcome|"
        "youre_welcome|welcome|my_pleasure|anytime|any_time|appreciated|much_appreciated|appreciate_it|"
        "appreciate_that|i_appreciate_it|lol|haha*|hehe*|lmao|rofl|xd|ha|emojiok|wow|yay|woohoo|congrats|"
        "congratulations|well_done|good_job|great_job|nice_work|great_work|nice_one|good_one|"
        "merry_christmas|happy_holidays|please|so|and|too|well|oh|ah|hmm|very_good|very_nice|all_good|"
        "cheers_mate|have_fun|hope_you_are_well|hope_all_is_well|nice_to_meet_you|glad_to_be_here|"
        "happy_to_be_here|welcome_to_the_group|welcome_aboard|great_stuff|good_stuff|thats_great|"
        "that_is_great|that_is_all|thats_all|talk_soon|looking_forward|love_it|you_rock|you_are_the_best|"
        "best_regards|kind_regards|regards|sincerely|best|emojiok",
        "guys|folks|team|everyone|everybody|mate|friends|shift_bot|bot|all",
        "danke|dankeschön|dankesehr|vielen_dank|herzlichen_dank|besten_dank|merci|danke_dir|danke_euch|"
        "danke_ihnen schön|sehr|vielmals|nochmal|nochmals|euch|dir|ihnen|allen|team|bot|im_voraus|leute?",
        "für die|eure|ihre|deine|den|das? schnelle|tolle|super|prompte|gute? hilfe|antwort|rückmeldung|"
        "unterstützung|support|info|infos|arbeit|mühe|update",
        "hallo|hi|moin|moin_moin|servus|grüß_gott|grüezi|hey|tach|guten|schönen|schöne|schönes|frohe|"
        "frohes|gute|gutes tag|morgen|abend|nacht|feierabend|wochenende|woche|weihnachten|ostern|"
        "neues_jahr|neues? zusammen|allerseits|alle|team|leute|an_alle|euch|ihnen|noch|allen?",
        "zusammen|allerseits",
        "tschüss|tschüs|auf_wiedersehen|bis_bald|bis_morgen|bis_später|bis_dann|ciao|gruß|grüße|lg|mfg|"
        "mit_freundlichen_grüßen|viele_grüße|liebe_grüße|beste_grüße|schöne_grüße",
        "ok|okay|alles_klar|verstanden|gut|super|toll|prima|klasse|perfekt|passt|gern|gerne|bitte|ja|jo|"
        "genau|jawohl|in_ordnung|alles_gut|alles_gute|kein_problem|keine_ursache|gern_geschehen|sehr_gut|"
        "wunderbar|klar|spitze|freut_mich|sehr|und|auch|na_dann|herzlichen_glückwunsch|einen|ein|euch|dir|"
        "ihnen|wünsche_ich|wünsche|frohes_fest",
        "gracias|muchas_gracias|mil_gracias|muchísimas_gracias|mil todos|equipo|a_todos|de_nuevo|chicos|"
        "amigos|bot|por_todo|igualmente?",
        "por la|su|tu|el|vuestra? rápida|pronta|gran? ayuda|respuesta|atención|apoyo|información|soporte|"
        "trabajo",
        "hola|buenas|buenos|buen|saludos|qué_tal|feliz|felices|hey|holi días|día|dias|dia|tardes|noches|"
        "fin_de_semana|navidad|año|lunes|viernes|fiestas|cumpleaños? a? todos|todas|equipo|chicos|amigos|"
        "gente|nuevo?",
        "adiós|adios|hasta_luego|hasta_mañana|hasta_pronto|nos_vemos|chao|chau|saludos|un_saludo|"
        "saludos_cordiales|cordialmente|atentamente|bendiciones",
        "ok|okay|vale|de_acuerdo|entendido|perfecto|genial|excelente|muy_bien|bien|bueno|claro|sí|si|listo|"
        "de_nada|con_gusto|súper|estupendo|recibido|igualmente|jaja*|y|muy|muy_amable|muy_amables|qué_bien|"
        "por_favor|dale|anotado|qué_bueno|a_todos|que_tengan_un|que_tengan|lindo|buena_semana|feliz",
        "спасибо|спс|благодарю|благодарим|пасиб|спасибочки|пасибо огромное|большое|вам|всем|ребята|тебе|"
        "бот|команда|заранее|друзья|за_всё|за_все?",
        "за ваш|вашу|быстр*|оперативн*|хорошую? быстр*|оперативн*? помощь|ответ|поддержку|информацию|"
        "работу|оперативность",
        "привет|приветик|здравствуйте|здравствуй|добрый|доброе|доброй|доброго|хай|хелло|хорошего|хороших|"
        "приятного|приятных|с|удачного|удачи|ку день|утро|вечер|ночи|дня|вечера|утра|времени_суток|"
        "выходных|праздником|праздниками|рождения|рождеством|новым_годом|недели|пятницей? всем|ребята|"
        "коллеги|команда|друзья|вам|народ?",
        "пока|до_свидания|до_встречи|до_завтра|увидимся|всем_пока|с_уважением|всего_доброго|всего_хорошего|"
        "всех_благ",
        "ок|окей|ok|хорошо|понятно|понял|поняла|ясно|принято|отлично|супер|класс|круто|здорово|да|ага|угу|"
        "пожалуйста|не_за_что|всегда_пожалуйста|замечательно|прекрасно|договорились|ладно|хаха*|ахах*|лол|"
        "и|очень|молодцы|большое|огромное|рад|рада|всем|вам|ребята|коллеги|плюс|добро|всем_привет|огонь|"
        "красота|учту|учтем|учтём",
    ),
    "small talk": (
        "how are you|things|we|everyone doing|today?", "what is up", "whats|sup up?",
        "everyone|everybody ok|good|well", "wie geht es|s|gehts euch|dir|ihnen|allen?", "wie gehts",
        "alles gut|klar", "cómo|como están|estás|va|vamos|andan todo|todos?", "qué tal|hay",
        "как дела|жизнь|вы|настроение",
    ),
}
