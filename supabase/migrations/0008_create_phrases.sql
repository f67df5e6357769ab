-- What the bot says by itself, in the customer's language, so that a hand-off is always visible and never model-made.

create table public.phrases (
  key text not null,
  language text not null,
  text text not null,
  constraint phrase_is_said_one_way_per_language primary key (key, language),
  constraint phrase_says_something check (text <> '')
);
alter table public.phrases enable row level security;
comment on table public.phrases is 'The bot''s own sentences per language; English stands in for a language that is missing.';

insert into public.phrases (key, language, text) values
  ('received', 'en', 'Thank you for the report. We have it and are looking into it.'),
  ('received', 'de', 'Danke für die Meldung. Wir haben sie und sehen sie uns an.'),
  ('received', 'es', 'Gracias por el aviso. Lo hemos recibido y lo estamos revisando.'),
  ('received', 'ru', 'Спасибо за сообщение. Мы его получили и разбираемся.'),
  ('human_called', 'en', 'I am handing this to an engineer. You will hear from a human here in this thread.'),
  ('human_called', 'de', 'Ich gebe das an eine Technikerin oder einen Techniker weiter. Hier im Thread antwortet Ihnen ein Mensch.'),
  ('human_called', 'es', 'Le paso esto a un ingeniero. Una persona le responderá aquí, en este hilo.'),
  ('human_called', 'ru', 'Передаю это инженеру. Вам ответит человек здесь, в этой ветке.'),
  ('glad', 'en', 'Glad it helped! I have closed this report. If it comes back, just reply here.'),
  ('glad', 'de', 'Schön, dass es geholfen hat! Die Meldung ist geschlossen. Wenn es wiederkommt, antworten Sie einfach hier.'),
  ('glad', 'es', '¡Me alegra que haya servido! He cerrado el aviso. Si vuelve a ocurrir, responda aquí.'),
  ('glad', 'ru', 'Рад, что помогло! Обращение закрыто. Если проблема вернётся, просто ответьте здесь.'),
  ('button_helped', 'en', 'This helped'),
  ('button_helped', 'de', 'Das hat geholfen'),
  ('button_helped', 'es', 'Me ha servido'),
  ('button_helped', 'ru', 'Это помогло'),
  ('button_human', 'en', 'Get me a human'),
  ('button_human', 'de', 'Bitte einen Menschen'),
  ('button_human', 'es', 'Quiero hablar con una persona'),
  ('button_human', 'ru', 'Позовите человека');

create function private.phrase(p_key text, p_language text) returns text
language sql stable security definer set search_path = '' as $$  -- definer: read on behalf of whoever writes the journal
  select text from public.phrases where key = p_key and language in (left(lower(p_language), 2), 'en')
  order by language = 'en' limit 1
$$;
comment on function private.phrase(text, text) is 'A sentence of the bot in the language asked for, or in English.';
