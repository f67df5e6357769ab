-- Placeholder of the lead so that the numbers have no gap: whoever builds the calendars overwrites this file.
select 1;
