namespace Gantry.Migrations.Rehearse;

/// <summary>A rehearsal could not be held. The message says why, that nothing was changed, and what to do next.</summary>
public sealed class RehearsalException(string message, Exception? inner = null) : Exception(message, inner);
