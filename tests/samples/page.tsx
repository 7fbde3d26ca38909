import axios from "axios";

export function Page<T,>({ id, ...rest }: { id: string }) {
  const load = async () => (await fetch(`/api/orders/${id}`, { method: "POST" })).json();
  return <main {...rest} onClick={() => void load()}>{id ? <b>{id}</b> : <>none &amp; nothing</>}</main>;
}
