package io.mlops4j.runtime.composition.parts;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.Placement;
import io.mlops4j.runtime.serving.Ensemble;
import java.util.List;

/** The members of a composition, whichever way their answers are combined. */
abstract class MemberEnsemble implements Ensemble {
  private final Members members;
  private final ModelSignature signature;
  private final FeatureSchema features;

  MemberEnsemble(Members members, ModelSignature signature, FeatureSchema features) {
    this.members = members;
    this.signature = signature;
    this.features = features;
  }

  @Override
  public final String name() {
    return members.composition();
  }

  @Override
  public final ModelSignature signature() {
    return signature;
  }

  @Override
  public final FeatureSchema features() {
    return features;
  }

  @Override
  public final Placement placement() {
    return members.placement();
  }

  @Override
  public final List<ServedBy> serving() {
    return members.serving();
  }

  @Override
  public final ServedBy servedBy(List<ServedBy> answered) {
    return members.servedBy(answered);
  }
}
