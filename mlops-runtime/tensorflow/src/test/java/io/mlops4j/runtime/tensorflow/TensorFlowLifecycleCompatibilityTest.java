package io.mlops4j.runtime.tensorflow;

import io.mlops4j.runtime.compatibility.EngineLifecycleCompatibility;
import io.mlops4j.runtime.compatibility.EngineUnderTest;

class TensorFlowLifecycleCompatibilityTest extends EngineLifecycleCompatibility {
  @Override
  protected EngineUnderTest engine() {
    return new TensorFlowUnderTest();
  }
}
