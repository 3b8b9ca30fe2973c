namespace Gantry.Engine.Placement;

/// <summary>A job in a room.</summary>
internal sealed record Place(QueuedJob Job, Room Room, Demand Demand);

/// <summary>Puts all jobs of a run into rooms, or none: each into the first room that has place, in the order of the hosts.</summary>
internal static class Packing
{
    /// <summary>Takes what is free. Null (and nothing taken) when not all jobs fit.</summary>
    public static IReadOnlyList<Place>? IntoFree(QueuedRun run, IReadOnlyList<Room> rooms)
    {
        var places = Pack(run, rooms, room => room.Free);
        foreach (var place in places ?? [])
        {
            place.Room.Reserve(place.Demand);
        }

        return places;
    }

    /// <summary>Where the run would go if nothing else were there. Takes nothing. Null when it fits nowhere.</summary>
    public static IReadOnlyList<Place>? IntoEmpty(QueuedRun run, IReadOnlyList<Room> rooms) => Pack(run, rooms, room => room.Total);

    private static List<Place>? Pack(QueuedRun run, IReadOnlyList<Room> rooms, Func<Room, Demand> free)
    {
        if (run.Jobs is [var only])
        {
            foreach (var room in rooms)
            {
                var demand = room.DemandOf(only);
                if (demand.FitsInto(free(room)) && room.IsEligible(only))
                {
                    return [new(only, room, demand)];
                }
            }

            return null;
        }

        var left = new Dictionary<Room, Demand>(ReferenceEqualityComparer.Instance);
        var places = new List<Place>(run.Jobs.Count);
        foreach (var job in run.Jobs)
        {
            var room = rooms.FirstOrDefault(room => room.IsEligible(job) && room.DemandOf(job).FitsInto(Left(room)));
            if (room is null)
            {
                return null;
            }

            var demand = room.DemandOf(job);
            left[room] = Left(room) - demand;
            places.Add(new(job, room, demand));
        }

        return places;

        Demand Left(Room room) => left.TryGetValue(room, out var known) ? known : free(room);
    }
}
