using Gantry.Model.Configurations;

namespace Gantry.Model.Tests;

/// <summary>The forms that dstack's documentation of tasks shows: what it documents must be accepted here.</summary>
public class DocumentedTaskTests
{
    private const string Train = """
        commands:
          - uv pip install trl
          - |
            trl sft \
              --model_name_or_path $MODEL --dataset_name $DATASET \
              --num_processes $DSTACK_GPUS_PER_NODE
        """;

    public static TheoryData<string, string> Tasks => new()
    {
        { "apply", """
            # The name is optional
            name: trl-sft    

            python: 3.12

            # Uncomment to use a custom Docker image
            #image: huggingface/trl-latest-gpu

            env:
              - MODEL=Qwen/Qwen2.5-0.5B
              - DATASET=stanfordnlp/imdb
            COMMANDS
            resources:
              # One to two H100 GPUs
              gpu: H100:1..2
              shm_size: 24GB
            """ },
        { "ports", """
            name: streamlit-hello
            python: 3.12
            commands:
              - streamlit hello
            ports: 
              - 8501
            """ },
        { "distributed", """
            name: train-distrib
            nodes: 2
            python: 3.12
            env:
              - NCCL_DEBUG=INFO
            COMMANDS
            resources:
              gpu: 24GB:1..2
              shm_size: 24GB
            """ },
        { "folded command", """
            commands:
              - apt-get install -y iproute2
              - >
                if [[ $DSTACK_NODE_RANK == 0 ]]; then
                  export NCCL_SOCKET_IFNAME=$(ip -4 -o addr show | fgrep $DSTACK_MASTER_NODE_IP | awk '{print $2}')
                fi
            """ },
        { "resources", """
            COMMANDS
            resources:
              # 16 or more x86_64 cores
              cpu: 16..
              # 200GB or more RAM
              memory: 200GB..
              # 4 GPUs from 40GB to 80GB
              gpu: 40GB..80GB:4
              shm_size: 24GB
              disk: 500GB
            """ },
        { "nvcc", """
            python: 3.12
            nvcc: true
            COMMANDS
            resources:
              gpu: H100:1
            """ },
        { "image", """
            image: huggingface/trl-latest-gpu
            # if shell is not specified, `sh` is used for custom images
            shell: bash
            COMMANDS
            """ },
        { "image without commands", "image: huggingface/trl-latest-gpu" },
        { "docker", """
            docker: true
            commands:
              - docker run --gpus all nvidia/cuda:12.3.0-base-ubuntu22.04 nvidia-smi
            resources:
              gpu: 1
            """ },
        { "private registry", """
            env:
              - NGC_API_KEY
            image: nvcr.io/nvidia/pytorch:25.05-py3
            registry_auth:
              username: $oauthtoken
              password: ${{ env.NGC_API_KEY }}
            COMMANDS
            """ },
        { "secrets", """
            env:
              - HF_TOKEN=${{ secrets.hf_token }}
            COMMANDS
            """ },
        { "files", """
            files:
              - .:examples  # Maps the directory with `.dstack.yml` to `<working dir>/examples`
              - ~/.ssh/id_rsa:/root/.ssh/id_rsa
              - ../examples
              - ~/.cache/huggingface/token
            COMMANDS
            """ },
        { "repo", """
            repos:
              # Clones the repo from the parent directory
              - ..
            COMMANDS
            """ },
        { "repo with a long form", """
            repos:
              - local_path: ..
                path: /my-repo
                if_exists: skip
            COMMANDS
            """ },
        { "repo by URL", """
            repos:
              - https://github.com/dstackai/dstack
            COMMANDS
            """ },
        { "retry", """
            COMMANDS
            retry:
              on_events: [no-capacity, error, interruption]
              # Retry for up to 1 hour
              duration: 1h
            """ },
        { "priority", "COMMANDS\npriority: 50" },
        { "utilization", """
            COMMANDS
            utilization_policy:
              min_gpu_utilization: 10
              time_window: 1h
            """ },
        { "schedule", """
            COMMANDS
            schedule:
              cron: "15 23 * * *" # everyday at 23:15 UTC
            """ },
        { "dstack in dstack", """
            image: dstackai/dstack
            dstack: true
            env:
              - DSTACK_TOKEN
            commands:
              - dstack ps
            """ },
        { "volumes", """
            nodes: 8
            COMMANDS
            volumes:
              - name: data-volume-${{ dstack.node_rank }}
                path: /volume_data
              - name: [my-aws-eu-west-1-volume, my-aws-us-east-1-volume]
                path: /other
              - my-volume:/third
              - /dstack-cache/pip:/root/.cache/pip
              - instance_path: /dstack-cache
                path: /root/.cache/
                optional: true
            """ },
        { "instances and fleets", """
            COMMANDS
            fleets: [my-fleet, team/other-fleet]
            instances:
              - my-fleet-3
              - hostname: 203.0.113.10
              - fleet: my-fleet
                instance: 3
            """ },
        { "indented lists", """
            commands:
                - pip install jupyterlab
                - jupyter lab --allow-root

            ports:
                - 8888

            """ },
    };

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Task_AsDocumented_IsAccepted(string what, string yaml)
    {
        var result = ConfigurationParser.Parse("type: task\n" + yaml.Replace("COMMANDS", Train, StringComparison.Ordinal), what);
        Assert.Equal("", result.PrintProblems());
        Assert.IsType<TaskConfiguration>(result.Value);
    }

    [Fact]
    public void Task_AsDocumented_MeansWhatIsDocumented()
    {
        var task = (TaskConfiguration)ConfigurationParser.Parse("type: task\nname: trl-sft\npython: 3.12\nenv: [MODEL=Qwen/Qwen2.5-0.5B, HF_TOKEN]\n"
            + Train + "\nresources: {gpu: 'H100:1..2', shm_size: 24GB}", null).Value!;
        Assert.Equal(("trl-sft", "3.12", 24.0), (task.Name, task.Python, task.Resources.ShmSize));
        Assert.Equal([new("MODEL", "Qwen/Qwen2.5-0.5B"), new("HF_TOKEN", null)], task.Env);
        Assert.Equal("trl sft \\\n  --model_name_or_path $MODEL --dataset_name $DATASET \\\n  --num_processes $DSTACK_GPUS_PER_NODE\n".TrimEnd(), task.Commands[1].TrimEnd());
        Assert.Equal(["H100"], task.Resources.Gpu!.Names!);
        Assert.Equal(new Values.Range<int>(1, 2), task.Resources.Gpu.Count);
    }
}
