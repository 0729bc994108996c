-- A day's tally now holds the sites of embeds. What was counted before is counted anew when somebody looks.
DELETE FROM `action_days`;--> statement-breakpoint
DELETE FROM `action_counts`;
