import { z } from 'zod';

/** Names of the classes 0 … n-1, in this order. Apart from their texts, which a page can show without zod. */
export const classNamesSchema = z.array(z.string()).min(1);
