-- Whether the agent was told to end the job when its host's lease runs out: only then may it be placed elsewhere while the host is away.
ALTER TABLE jobs ADD COLUMN leased BOOLEAN NOT NULL DEFAULT FALSE;
