using Gantry.Server.Api;
using Gantry.Server.Reconcilers;

namespace Gantry.Server.Volumes;

/// <summary>What keeps volumes.</summary>
internal static class VolumeServices
{
    public static IServiceCollection AddVolumes(this IServiceCollection services) => services
        .AddSingleton<VolumeHosts>().AddSingleton<VolumeUse>().AddSingleton<VolumeSubmission>().AddSingleton<VolumeObservations>().AddSingleton<VolumeQueries>().AddSingleton<VolumeKeeper>();
}
