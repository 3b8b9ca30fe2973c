using System.Text.Json.Serialization;
using Gantry.Model.Configurations;
using Gantry.Model.Values;

namespace Gantry.Model.Tests;

[JsonSerializable(typeof(Configuration))]
[JsonSerializable(typeof(Profile))]
[JsonSerializable(typeof(ResourcesSpec))]
[JsonSerializable(typeof(IReadOnlyList<MountPoint>))]
[JsonSerializable(typeof(UtilizationPolicy))]
internal sealed partial class TestJson : JsonSerializerContext;
