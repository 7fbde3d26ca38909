using Grpc.Core;
using Grpc.Net.Client;

namespace Shop.Services;

public class GreeterService : Greeter.GreeterBase
{
    private readonly Pay.PayClient pay = new(GrpcChannel.ForAddress(Environment.GetEnvironmentVariable("PAY") ?? "http://pay:50051"));

    public override async Task<HelloReply> SayHello(HelloRequest request, ServerCallContext context)
    {
        var paid = await pay.ChargeAsync(new Charge { Amount = request.Amount });
        return new HelloReply { Message = "Hello " + request.Name };
    }
}
