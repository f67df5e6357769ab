"""What is at stake: law, bodies, private things in public, whole companies that are hit, bitter praise for it."""


# fmt: off

MACROS = {
    "private": (
        "photos|pictures|videos|records|diagnosis|card_numbers|card_number|card_data|bank_statement|"
        "bank_statements|statement|passport|passports|salaries|salary|payslip|payslips|address|addresses|phone_numbers|"
        "medical|chats|messages|emails|contracts|customer_data|personal_data|customer_list|passwords|contact_details"
    ),
    "lawyer": (
        "lawyer|lawyers|attorney|attorneys|solicitor|solicitors|legal|legal_team|legal_department|regulator|"
        "data_protection|gdpr|ombudsman|court|prosecutor|police|dpo"
    ),
}

WORDS: dict[str, tuple[str, ...]] = {
    "security": (
        "{private} ~3 public|publicly|online|google|visible|exposed|leaked ~2 on|to|in|for|via|site|internet",
        "{private} ~3 show_up|shows_up|appear|appears|land|lands|end_up|turn_up ~2 in|on|at ~2 log|logs|google|search|"
        "public|channel|internet|web|url|urls|others|other",
        "got|get|received|have|found|see|sees ~1 somebody_is|someone_is|somebody|someone|another|"
        "strangers ~2 {private}",
        "data|privacy|security|gdpr breach|incident|leak|violation", "unencrypted|unprotected|"
        "unsecured ~3 {private}|backup|bucket",
        "im_klartext|offen_im_netz|datenschutzbehörde|datenschutzpanne", "brecha|filtración|"
        "vulneración ~2 datos|seguridad",
        "открытом_доступе|в_открытый_доступ|слив|сливают|скомпромет*",
    ),
    "security worry": (
        "{lawyer} ~4 demand|demands|ask|asks|contact|contacts|informed|involved|hear|investigate*|notified|"
        "notify|sue|know",
        "sue|suing|lawsuit|press_charges|legal_action|legal_steps|take_you_to_court|damages|liable|liability ~2",
        "anwalt|anwälte|klage|verklagen|schadensersatz|anzeige ~2", "abogad*|demandar*|demanda|denuncia* ~2",
        "юрист*|адвокат*|иск|судом|роскомнадзор|прокуратур* ~2",
    ),
    "outage": (
        "dead|down|gone|broken|frozen for all|everyone|everybody|us|the_whole",
        "get|gets|getting|got|be|been|is|are ~1 hurt|injured|killed|trapped|locked_in|burnt|electrocuted",
        "gate|door|lift|elevator|machine|robot|crane|barrier|heating|oven|valve|pump opens|starts|moves|"
        "closes|heats|runs "
        "by|on its|itself own?", "users|customers|people|clients|teams|offices|sites ~8 all ~1 report|see|get|say|have",
        "whole|entire|complete ~1 platform|site|app|system|service ~1 crawling|crawls|frozen|unusable|stuck",
        "not a_single ~2 got|gets|goes|went|comes|came|made|makes ~1 out|through|in",
        "verletzt|lebensgefährlich|eingesperrt|eingeschlossen ~2", "herid*|atrapad*|encerrad* ~2", "пострада*|"
        "заперт*|застрял* ~2",
    ),
    "core broken": (
        "only|just|merely ~1 our|my ~1 entire|whole|complete revenue|business|income|company|livelihood|production",
    ),
    "data loss": (
        "all ~1 my|our|the ~2 is|are|were gone|lost|missing|deleted|wiped",
        "managed|manages|decided|able ~1 delete|wipe|lose|erase|destroy|kill ~1 our|my|the|all|everything",
        "bravo|congratulations|congrats|well_done|great_job|nice_job ~2 you ~1 deleted|lost|wiped|killed|erased",
    ),
    "payment failure": (
        "ten|10|five|5|three|3|twice|double|triple|hundred|100 times? the price|amount|fee|rate",
        "двойн*|повторн*|лишн* ~1 списани*|оплат*|платеж*", "doppelte|mehrfache ~1 abbuchung*|zahlung*|belastung*",
        "doble|dobles|duplicad* ~1 cobro*|cargo*|pago*", "cobro*|cargo*|pago* doble|dobles|duplicad*|triple|triples",
    ),
    "business impact": (
        "customers|clients|guests|members|buyers|shoppers|patients|users ~2 leave|leaves|leaving|run|"
        "complain*|furious|angry|"
        "cancel|cancelling|canceling|walk|quit|switch|switching",
    ),
}
