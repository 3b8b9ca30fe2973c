using System.Data.Common;

namespace Gantry.Storage.Writing;

/// <summary>A statement without a result that is parsed at its first use and kept.</summary>
internal sealed class Statement : IDisposable
{
    private readonly DbCommand _command;
    private bool _isPrepared;

    /// <param name="connection">Where it runs; open.</param>
    /// <param name="sql">Its text; the parameters are called <c>@p0</c>, <c>@p1</c>, …</param>
    /// <param name="parameters">How many parameters it has.</param>
    public Statement(DbConnection connection, string sql, int parameters)
    {
        _command = connection.CreateCommand();
        _command.CommandText = sql;
        for (var i = 0; i < parameters; i++)
        {
            var parameter = _command.CreateParameter();
            parameter.ParameterName = FormattableString.Invariant($"@p{i}");
            _command.Parameters.Add(parameter);
        }
    }

    /// <summary>Sets a parameter, for the next execution.</summary>
    public void Set(int index, object? value) => _command.Parameters[index].Value = value ?? DBNull.Value;

    /// <summary>Runs it; returns how many rows it changed.</summary>
    public int Execute()
    {
        if (!_isPrepared)
        {
            _command.Prepare();
            _isPrepared = true;
        }
        return _command.ExecuteNonQuery();
    }

    public void Dispose() => _command.Dispose();
}
