using System.Text.Json;

namespace Gantry.Model.Api;

/// <summary>An error reply in dstack's shape: <c>{"detail": …}</c>, where detail is a list, an object or a string.</summary>
public sealed record ErrorReply(JsonElement Detail);

/// <summary>One entry of a 400's detail list.</summary>
/// <param name="Msg">The sentence.</param>
/// <param name="Code"><c>error</c>, <c>resource_not_exists</c>, <c>resource_exists</c>, …</param>
/// <param name="Fields">The field it is about, as a path.</param>
public sealed record ErrorDetail(string Msg, string? Code, IReadOnlyList<IReadOnlyList<string>>? Fields = null);
