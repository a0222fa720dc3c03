import { Component, type ComponentChildren } from "preact";
import * as t from "../.texts/visitor.ts";
import { Broken } from "./states.tsx";

/** What is inside, or that it failed: in words, with what to tell people who help. */
export class Boundary extends Component<{ readonly children: ComponentChildren }, { readonly error?: unknown }> {
  override componentDidCatch(error: unknown): void {
    this.setState({ error });
  }

  render() {
    const { error } = this.state;
    return error ? <Broken error={error} detail={t.ourFault} /> : this.props.children;
  }
}
