package io.mlops4j.flink;

import io.mlops4j.runtime.registry.RegistryAddress;
import java.time.Duration;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.operators.coordination.OperatorCoordinator;
import org.apache.flink.runtime.operators.coordination.OperatorEventDispatcher;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.CoordinatedOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes the operator of each subtask, and the coordinator that they share. */
final class ScoringOperatorFactory<T, I extends Record, O extends Record>
    extends AbstractStreamOperatorFactory<Scored<T, O>>
    implements OneInputStreamOperatorFactory<T, Scored<T, O>>,
        CoordinatedOperatorFactory<Scored<T, O>> {
  private static final long serialVersionUID = 1L;

  private final ScoringPlan<T, I, O> plan;
  private final String ref;
  private final Duration every;

  ScoringOperatorFactory(ScoringPlan<T, I, O> plan, String ref, Duration every) {
    this.plan = plan;
    this.ref = ref;
    this.every = every;
  }

  @Override
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // as declared by Flink
  public <S extends StreamOperator<Scored<T, O>>> S createStreamOperator(
      StreamOperatorParameters<Scored<T, O>> parameters) {
    OperatorID id = parameters.getStreamConfig().getOperatorID();
    OperatorEventDispatcher events = parameters.getOperatorEventDispatcher();
    ScoringOperator<T, I, O> operator =
        new ScoringOperator<>(parameters, plan, events.getOperatorEventGateway(id));
    events.registerEventHandler(id, operator);
    return (S) operator;
  }

  @Override
  public OperatorCoordinator.Provider getCoordinatorProvider(String name, OperatorID id) {
    return new Provider(id, plan.registry(), ref, every);
  }

  @Override
  @SuppressWarnings("rawtypes") // as declared by Flink
  public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader loader) {
    return ScoringOperator.class;
  }

  private record Provider(OperatorID id, RegistryAddress registry, String ref, Duration every)
      implements OperatorCoordinator.Provider {
    private static final long serialVersionUID = 1L;

    @Override
    public OperatorID getOperatorId() {
      return id;
    }

    @Override
    public OperatorCoordinator create(OperatorCoordinator.Context context) {
      return new AliasCoordinator(new AliasPoll(registry, ref, every), context::currentParallelism);
    }
  }
}
