package io.mlops4j.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.execution.SparkPlan;
import org.apache.spark.sql.execution.SparkStrategy;
import scala.collection.immutable.Seq;

/** Plans {@link ScoredPlan}. A session that has it not yet gets it with the first data set. */
final class ScoringStrategy extends SparkStrategy {
  private ScoringStrategy() {}

  static void install(SparkSession session) {
    ExperimentalMethods methods = session.experimental();
    synchronized (methods) {
      List<SparkStrategy> all = new ArrayList<>(Plans.list(methods.extraStrategies()));
      if (all.stream().noneMatch(ScoringStrategy.class::isInstance)) {
        all.add(new ScoringStrategy());
        methods.extraStrategies_$eq(Plans.seq(all));
      }
    }
  }

  @Override
  public Seq<SparkPlan> apply(LogicalPlan plan) {
    return plan instanceof ScoredPlan scored
        ? Plans.one((SparkPlan) new ScoredExec(scored.node(), planLater(scored.child())))
        : Plans.seq(List.of());
  }
}
