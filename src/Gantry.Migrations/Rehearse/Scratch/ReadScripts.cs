using Gantry.Migrations.Files;

namespace Gantry.Migrations.Rehearse.Scratch;

/// <summary>The statements of scripts, each script read once: a rehearsal runs the same ones hundreds of times.</summary>
internal sealed class ReadScripts(Dialect dialect)
{
    private readonly Dictionary<MigrationScript, List<ScriptStatement>> _read = new(ReferenceEqualityComparer.Instance);

    public IReadOnlyList<ScriptStatement> Of(MigrationScript script)
    {
        if (!_read.TryGetValue(script, out var statements))
            _read[script] = statements = ScriptStatement.Of(script, dialect);
        return statements;
    }
}
